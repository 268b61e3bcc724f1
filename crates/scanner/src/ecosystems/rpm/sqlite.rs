//! rpm's sqlite database: the table `Packages(hnum, blob)` of `rpmdb.sqlite`, read straight from the file's b-trees
//! (SQLite Database File Format). Nothing is executed; indexes and other tables are never touched.

use super::pages::{PageError, Pages, u16_at, u32_at};
use super::{LARGEST_HEADER_BYTES, Sink};
use crate::wanted_file::{ReadFileError, ReadSeek};

/// How such a file begins.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

const FORMAT: &str = "sqlite database";

/// Hands the blob of every row of `Packages` to `sink`.
pub(super) fn read(file: &mut dyn ReadSeek, sink: &mut Sink) -> Result<(), ReadFileError> {
    let mut head = [0; 100];
    file.rewind()?;
    file.read_exact(&mut head).map_err(|_| ReadFileError::malformed(FORMAT, "it is shorter than its header"))?;
    let page_bytes = match u16_at(&head, 16, true) {
        Some(1) => 65536,
        Some(bytes) if bytes >= 512 && bytes.is_power_of_two() => usize::from(bytes),
        _ => return Err(ReadFileError::malformed(FORMAT, "its page size is impossible")),
    };
    let usable = page_bytes - usize::from(head[20]);
    if usable < 480 {
        return Err(ReadFileError::malformed(FORMAT, "its pages are all reserved"));
    }
    if u32_at(&head, 56, true).is_some_and(|encoding| encoding > 1) {
        return Err(ReadFileError::malformed(FORMAT, "its text is not UTF-8, as rpm's always is"));
    }
    let mut tree = Tree { pages: Pages::new(file, page_bytes)?, usable, pointers: 0 };
    let mut root = None;
    tree.walk(1, SCHEMA_BYTES, &mut |row| {
        if let Ok(row) = row
            && let Some(page) = packages_root(row)
        {
            root = Some(page);
        }
    })
    .map_err(|error| ReadFileError::malformed(FORMAT, error))?;
    let root = root.ok_or_else(|| ReadFileError::malformed(FORMAT, "it has no table Packages"))?;
    tree.walk(u64::from(root), LARGEST_HEADER_BYTES, &mut |row| match row {
        Ok(row) => match columns(row).and_then(|mut columns| columns.nth(1)) {
            Some(Value::Blob(blob)) => sink.header(blob),
            _ => sink.unreadable("a row holds no header"),
        },
        Err(error) => sink.unreadable(error),
    })
    .map_err(|error| ReadFileError::malformed(FORMAT, error))
}

/// The longest row of the schema that is read; rpm's are below a kilobyte.
const SCHEMA_BYTES: usize = 1 << 20;

/// The payload of a row, or why it cannot be had.
type Row<'a> = Result<&'a [u8], PageError>;

/// The b-trees of one file.
struct Tree<'a> {
    pages: Pages<'a>,
    usable: usize,
    /// How many pages others pointed at. In a tree that is no more than there are.
    pointers: u64,
}

impl Tree<'_> {
    /// Gives every row of the table whose tree begins at page `root`, or why a row cannot be had. Fails only when the
    /// root itself is unreadable.
    fn walk(&mut self, root: u64, limit_bytes: usize, each: &mut dyn FnMut(Row<'_>)) -> Result<(), PageError> {
        let mut page = Vec::new();
        let mut payload = Vec::new();
        let mut ahead = vec![root];
        let mut is_root = true;
        while let Some(number) = ahead.pop() {
            let visited = self.visit(number, &mut page, &mut payload, limit_bytes, &mut ahead, each);
            match visited {
                Err(error) if is_root => return Err(error),
                Err(error) => each(Err(error)),
                Ok(()) => {}
            }
            is_root = false;
        }
        Ok(())
    }

    fn visit(
        &mut self,
        number: u64,
        page: &mut Vec<u8>,
        payload: &mut Vec<u8>,
        limit_bytes: usize,
        ahead: &mut Vec<u64>,
        each: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), PageError> {
        const TABLE_INTERIOR: u8 = 5;
        const TABLE_LEAF: u8 = 13;
        // Page numbers count from 1; the first page holds the file's header too.
        self.pages.take(number.checked_sub(1).ok_or(PageError::Missing)?, page)?;
        let start = if number == 1 { 100 } else { 0 };
        let cut = PageError::Damaged("it is cut off");
        let kind = *page.get(start).ok_or(cut)?;
        let cells = usize::from(u16_at(page, start + 3, true).ok_or(cut)?);
        let first_cell = match kind {
            TABLE_INTERIOR => start + 12,
            TABLE_LEAF => start + 8,
            _ => return Err(PageError::Damaged("it belongs to no table")),
        };
        if kind == TABLE_INTERIOR {
            // What is ahead is a stack: the rightmost page goes first to come out last.
            self.go_on(u32_at(page, start + 8, true).ok_or(cut)?, ahead)?;
        }
        // Cells share the page and never overlap.
        let mut room = self.usable;
        for cell in 0..cells {
            let cell = if kind == TABLE_INTERIOR { cells - 1 - cell } else { cell };
            let at = usize::from(u16_at(page, first_cell + cell * 2, true).ok_or(cut)?);
            if kind == TABLE_INTERIOR {
                self.go_on(u32_at(page, at, true).ok_or(cut)?, ahead)?;
                continue;
            }
            match self.payload(page, at, limit_bytes, &mut room, payload) {
                Ok(()) => each(Ok(payload)),
                Err(error) => each(Err(error)),
            }
        }
        Ok(())
    }

    fn go_on(&mut self, number: u32, ahead: &mut Vec<u64>) -> Result<(), PageError> {
        self.pointers += 1;
        if self.pointers > self.pages.count() {
            return Err(PageError::UsedTwice);
        }
        ahead.push(u64::from(number));
        Ok(())
    }

    /// Puts a leaf cell's payload together from its page, where it takes from `room`, and its overflow pages.
    fn payload(
        &mut self,
        page: &[u8],
        at: usize,
        limit_bytes: usize,
        room: &mut usize,
        payload: &mut Vec<u8>,
    ) -> Result<(), PageError> {
        let cut = PageError::Damaged("a cell is cut off");
        let (length, at) = varint(page, at).ok_or(cut)?;
        let (_row, at) = varint(page, at).ok_or(cut)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > limit_bytes {
            return Err(PageError::Damaged("a row is too long"));
        }
        let largest_local = self.usable - 35;
        let local = if length <= largest_local {
            length
        } else {
            let smallest_local = (self.usable - 12) * 32 / 255 - 23;
            let kept = smallest_local + (length - smallest_local) % (self.usable - 4);
            if kept <= largest_local { kept } else { smallest_local }
        };
        *room = room.checked_sub(local).ok_or(PageError::Damaged("its cells overlap"))?;
        payload.clear();
        payload.extend_from_slice(page.get(at..at + local).ok_or(cut)?);
        if local == length {
            return Ok(());
        }
        let mut next = u32_at(page, at + local, true).ok_or(cut)?;
        let mut overflow = Vec::new();
        while payload.len() < length {
            self.pages.take(u64::from(next).checked_sub(1).ok_or(PageError::Missing)?, &mut overflow)?;
            next = u32_at(&overflow, 0, true).ok_or(cut)?;
            let count = (self.usable - 4).min(length - payload.len());
            payload.extend_from_slice(overflow.get(4..4 + count).ok_or(cut)?);
        }
        Ok(())
    }
}

/// A value of a row, as far as it matters here.
enum Value<'a> {
    Integer(i64),
    Blob(&'a [u8]),
    Text(&'a [u8]),
    Other,
}

/// The values of a row (Record Format).
fn columns(row: &[u8]) -> Option<impl Iterator<Item = Value<'_>>> {
    let (head_bytes, mut at) = varint(row, 0)?;
    let head = row.get(..usize::try_from(head_bytes).ok()?)?;
    let mut rest = &row[head.len()..];
    Some(std::iter::from_fn(move || {
        let (kind, next) = varint(head, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            _ => usize::try_from(kind.checked_sub(12)? / 2).ok()?,
        };
        let (bytes, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(match kind {
            1..=6 => {
                let sign = if bytes.first().is_some_and(|&first| first >= 0x80) { -1 } else { 0 };
                Value::Integer(bytes.iter().fold(sign, |number, &byte| (number << 8) | i64::from(byte)))
            }
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            12.. if kind % 2 == 0 => Value::Blob(bytes),
            12.. => Value::Text(bytes),
            _ => Value::Other,
        })
    }))
}

/// The root page of the table `Packages`, if that is what this row of the schema describes.
fn packages_root(row: &[u8]) -> Option<u32> {
    let mut columns = columns(row)?;
    let (kind, name, _table, root) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    match (kind, name, root) {
        (Value::Text(b"table"), Value::Text(name), Value::Integer(root)) if name.eq_ignore_ascii_case(b"Packages") => {
            u32::try_from(root).ok()
        }
        _ => None,
    }
}

/// A variable-length integer at this place, and the place after it.
fn varint(bytes: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for count in 1..=9 {
        let byte = *bytes.get(at)?;
        at += 1;
        if count == 9 {
            return Some(((number << 8) | u64::from(byte), at));
        }
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            break;
        }
    }
    Some((number, at))
}
