//! rpm's Berkeley database: the hash table `Packages` of older systems (Berkeley DB, `dbinc/db_page.h`). Keys are
//! package numbers, values headers, most of them on chains of overflow pages. Either byte order occurs.

use super::pages::{PageError, Pages, u16_at, u32_at};
use super::{LARGEST_HEADER_BYTES, Sink};
use crate::wanted_file::{ReadFileError, ReadSeek};

const FORMAT: &str = "Berkeley database";
const HASH_MAGIC: u32 = 0x0006_1561;

/// The length of a page's header.
const PAGE_HEAD_BYTES: usize = 26;

/// Whether a file that begins so is a Berkeley hash table, and if so, whether a big-endian one.
pub(super) fn recognise(head: &[u8]) -> Option<ByteOrder> {
    if u32_at(head, 12, false) == Some(HASH_MAGIC) {
        Some(ByteOrder::Little)
    } else if u32_at(head, 12, true) == Some(HASH_MAGIC) {
        Some(ByteOrder::Big)
    } else {
        None
    }
}

/// The order of the bytes in all numbers of a file, that of the machine which wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// Hands every value of the hash table to `sink`.
pub(super) fn read(file: &mut dyn ReadSeek, byte_order: ByteOrder, sink: &mut Sink) -> Result<(), ReadFileError> {
    let is_big = byte_order == ByteOrder::Big;
    let mut head = [0; 72];
    file.rewind()?;
    file.read_exact(&mut head).map_err(|_| ReadFileError::malformed(FORMAT, "it is shorter than its header"))?;
    let page_bytes = match u32_at(&head, 20, is_big) {
        Some(bytes) if (512..=65536).contains(&bytes) && bytes.is_power_of_two() => bytes as usize,
        _ => return Err(ReadFileError::malformed(FORMAT, "its page size is impossible")),
    };
    if head[24] != 0 {
        return Err(ReadFileError::malformed(FORMAT, "it is encrypted"));
    }
    let mut table = Table { pages: Pages::new(file, page_bytes)?, is_big };
    let (mut page, mut value) = (Vec::new(), Vec::new());
    // Pages are read in their order rather than by bucket: free pages are marked as such, and nothing can be missed.
    for number in 1..table.pages.count() {
        let read = table.pages.read(number, &mut page).and_then(|()| table.values(&page, &mut value, sink));
        if let Err(error) = read {
            sink.unreadable(error);
        }
    }
    let last = u64::from(u32_at(&head, 32, is_big).unwrap_or(0));
    if last >= table.pages.count() {
        sink.unreadable(PageError::Missing);
    }
    Ok(())
}

struct Table<'a> {
    pages: Pages<'a>,
    is_big: bool,
}

impl Table<'_> {
    fn values(&mut self, page: &[u8], value: &mut Vec<u8>, sink: &mut Sink) -> Result<(), PageError> {
        const HASH: u8 = 13;
        const UNSORTED_HASH: u8 = 2;
        if !matches!(page.get(25), Some(&(HASH | UNSORTED_HASH))) {
            return Ok(());
        }
        let cut = PageError::Damaged("its entries go beyond its end");
        let entries = usize::from(u16_at(page, 20, self.is_big).ok_or(cut)?);
        let is_big = self.is_big;
        let offset = |entry: usize| u16_at(page, PAGE_HEAD_BYTES + entry * 2, is_big).map(usize::from);
        // Entries come in pairs, key and value, and grow from the page's end towards its beginning.
        for entry in (1..entries).step_by(2) {
            let (start, end) = (offset(entry).ok_or(cut)?, offset(entry - 1).ok_or(cut)?);
            let key_end = if entry >= 2 { offset(entry - 2).ok_or(cut)? } else { page.len() };
            let key = page.get(end..key_end).ok_or(cut)?;
            // Package number 0 holds the highest number given so far.
            if matches!(key, [1, 0, 0, 0, 0]) {
                continue;
            }
            match self.value(page.get(start..end).ok_or(cut)?, value) {
                Ok(()) => sink.header(value),
                Err(error) => sink.unreadable(error),
            }
        }
        Ok(())
    }

    /// Puts a value together: it stands on the page, or on a chain of overflow pages.
    fn value(&mut self, item: &[u8], value: &mut Vec<u8>) -> Result<(), PageError> {
        const KEY_OR_DATA: u8 = 1;
        const OFF_PAGE: u8 = 3;
        const OVERFLOW: u8 = 7;
        value.clear();
        match item.first() {
            Some(&KEY_OR_DATA) => {
                value.extend_from_slice(&item[1..]);
                Ok(())
            }
            Some(&OFF_PAGE) => {
                let cut = PageError::Damaged("an entry is cut off");
                let mut next = u32_at(item, 4, self.is_big).ok_or(cut)?;
                let length = u32_at(item, 8, self.is_big).ok_or(cut)? as usize;
                if length > LARGEST_HEADER_BYTES {
                    return Err(PageError::Damaged("a header is too long"));
                }
                let mut page = Vec::new();
                while value.len() < length {
                    self.pages.take(u64::from(next), &mut page)?;
                    if page[25] != OVERFLOW {
                        return Err(PageError::Damaged("a header goes on where no header is"));
                    }
                    next = u32_at(&page, 16, self.is_big).ok_or(cut)?;
                    let count = usize::from(u16_at(&page, 22, self.is_big).ok_or(cut)?);
                    let bytes = page.get(PAGE_HEAD_BYTES..PAGE_HEAD_BYTES + count).ok_or(cut)?;
                    value.extend_from_slice(&bytes[..count.min(length - value.len())]);
                }
                Ok(())
            }
            _ => Err(PageError::Damaged("an entry is of a kind that rpm does not write")),
        }
    }
}
