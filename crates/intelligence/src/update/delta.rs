//! Deltas: what changed from one database to the next, a fraction of the whole.
//!
//! A delta is a row of zstd frames. The first is a skippable one (RFC 8878, section 3.1.2) with the table of pieces; each
//! of the others is one piece of the file to make, compressed with a stretch of the old file as reference. Pieces follow
//! the sections of the database, so that a section is compared with the same section however far it moved, and no more
//! than a few pieces' bytes are in memory at any size of the file. Tables of ascending offsets are compared by their
//! differences, because one record more changes every offset behind it and only one difference.
//!
//! A delta carries no trust: what it makes is checked as any database that is received.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zstd::stream::{read, write};

use super::DELTA_LIST_NAME;
use crate::build::write_file;
use crate::database::format::{MAX_FILE_BYTES, SECTION_COUNT, Section};
use crate::database::storage::{Storage, u32_at, u64_at};
use crate::database::{Database, OpenDatabaseError};
use crate::signature::MAX_TRAILER_BYTES;

const NAME_PREFIX: &str = "intelligence-";
const NAME_SUFFIX: &str = ".delta.zst";
const SKIPPABLE_MAGIC: u32 = 0x184d_2a5b;
const MAGIC: [u8; 8] = *b"BHDELTA\x01";
const TABLE_HEADER_BYTES: usize = 36;
const ROW_BYTES: usize = 21;
/// The most bytes that one piece makes.
const PIECE_BYTES: usize = 8 << 20;
/// How far to either side of its place a piece may look for its bytes in the old file.
const MAX_SLACK: usize = 8 << 20;
/// Room for a whole reference and its piece.
const WINDOW_LOG: u32 = 25;
/// More pieces than the largest database has.
const MAX_PIECES: usize = 4096;
/// Deltas are made once and fetched often.
const LEVEL: i32 = 19;

/// The error of making a delta.
#[derive(Debug, thiserror::Error)]
pub enum WriteDeltaError {
    /// One of the databases cannot be opened.
    #[error("cannot make a delta with {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: OpenDatabaseError,
    },
    /// The old database is not older.
    #[error("a delta leads from an older database to a newer one; {path} has sequence {old}, and the other {new}")]
    NotOlder {
        /// The file that should be older.
        path: PathBuf,
        /// Its sequence number.
        old: u64,
        /// The sequence number of the other.
        new: u64,
    },
    /// The delta cannot be written.
    #[error("cannot write the delta {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// A delta that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenDelta {
    /// The file, named for the sequence numbers that it leads from and to.
    pub path: PathBuf,
    /// Its size.
    pub size_bytes: u64,
}

/// Writes the delta from the database `old` to the database `new` beside `new`; signatures of `new` are part of it.
///
/// # Errors
/// When one of them is damaged, `old` is not older, or the delta cannot be written.
pub fn write_delta(old: &Path, new: &Path) -> Result<WrittenDelta, WriteDeltaError> {
    let open = |path: &Path| -> Result<Database, WriteDeltaError> {
        let error = |source| WriteDeltaError::Open { path: path.to_owned(), source };
        let database = Database::open(path).map_err(error)?;
        database.verify().map_err(error)?;
        Ok(database)
    };
    let (from, to) = (open(old)?, open(new)?);
    let (first, last) = (from.sequence(), to.sequence());
    if first >= last {
        return Err(WriteDeltaError::NotOlder { path: old.to_owned(), old: first, new: last });
    }
    let path = new.with_file_name(DeltaName { from: first, to: last }.to_string());
    let write = |source| WriteDeltaError::Write { path: path.clone(), source };
    let bytes = make(from.storage(), to.storage()).map_err(write)?;
    write_file(&path, &bytes).map_err(write)?;
    list(new, last).map_err(write)?;
    Ok(WrittenDelta { size_bytes: bytes.len() as u64, path })
}

/// Lists the deltas to a database in the file that mirrors offer: an HTTP server lists no folders.
fn list(database: &Path, sequence: u64) -> io::Result<()> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names = names_in(folder)?;
    names.retain(|name| name.to == sequence);
    names.sort();
    let text: String = names.iter().map(|name| format!("{name}\n")).collect();
    write_file(&folder.join(DELTA_LIST_NAME), text.as_bytes())
}

/// The name of a delta: `intelligence-OLD-NEW.delta.zst`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeltaName {
    /// The newest first, when sorted in reverse.
    pub(super) to: u64,
    pub(super) from: u64,
}

impl DeltaName {
    pub(super) fn parse(name: &str) -> Option<DeltaName> {
        let (from, to) = name.strip_prefix(NAME_PREFIX)?.strip_suffix(NAME_SUFFIX)?.split_once('-')?;
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
        Some(DeltaName { from: number(from)?, to: number(to)? })
    }
}

impl std::fmt::Display for DeltaName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{NAME_PREFIX}{}-{}{NAME_SUFFIX}", self.from, self.to)
    }
}

/// How the bytes of a piece are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    AsTheyAre = 0,
    /// Each four bytes as their difference from the four before.
    Differences = 1,
}

/// One piece of the file to make.
struct Piece {
    /// Where its reference lies in the old database.
    old: (usize, usize),
    length: usize,
    form: Form,
    compressed: usize,
}

/// The delta from one database to another.
pub(super) fn make(old: &Storage, new: &Storage) -> io::Result<Vec<u8>> {
    let new_bytes = [new.body(), new.trailer()].concat();
    let mut pieces = plan(old, new, new_bytes.len());
    let mut frames = Vec::new();
    let mut at = 0;
    for piece in &mut pieces {
        let reference = prepared(&old.body()[piece.old.0..piece.old.1], piece.form);
        let content = prepared(&new_bytes[at..at + piece.length], piece.form);
        at += piece.length;
        let before = frames.len();
        let mut encoder = write::Encoder::with_ref_prefix(&mut frames, LEVEL, &reference)?;
        encoder.window_log(WINDOW_LOG)?;
        encoder.long_distance_matching(true)?;
        encoder.include_checksum(true)?;
        encoder.set_pledged_src_size(Some(content.len() as u64))?;
        encoder.write_all(&content)?;
        encoder.finish()?;
        piece.compressed = frames.len() - before;
    }
    let table_bytes = TABLE_HEADER_BYTES + pieces.len() * ROW_BYTES;
    let mut delta = Vec::with_capacity(8 + table_bytes + frames.len());
    delta.extend_from_slice(&SKIPPABLE_MAGIC.to_le_bytes());
    delta.extend_from_slice(&(table_bytes as u32).to_le_bytes());
    delta.extend_from_slice(&MAGIC);
    for number in [old.sequence(), old.body().len() as u64, new_bytes.len() as u64] {
        delta.extend_from_slice(&number.to_le_bytes());
    }
    delta.extend_from_slice(&(pieces.len() as u32).to_le_bytes());
    for piece in &pieces {
        delta.extend_from_slice(&(piece.old.0 as u64).to_le_bytes());
        for number in [piece.old.1 - piece.old.0, piece.length, piece.compressed] {
            delta.extend_from_slice(&(number as u32).to_le_bytes());
        }
        delta.push(piece.form as u8);
    }
    delta.extend_from_slice(&frames);
    Ok(delta)
}

/// Cuts the new file along its sections, and gives each piece the stretch of the old file where its bytes would be.
fn plan(old: &Storage, new: &Storage, new_length: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    // A section that the new file's version does not have begins nowhere.
    let mut sections: Vec<usize> = (0..SECTION_COUNT).filter(|&index| new.section(index).0 > 0).collect();
    sections.sort_by_key(|&index| new.section(index));
    let mut stretches = vec![((0, old.header_bytes()), (0, new.header_bytes()), Form::AsTheyAre)];
    for (place, &index) in sections.iter().enumerate() {
        // The bytes between a section and the next belong to it.
        let end = sections.get(place + 1).map_or(new_length, |&next| new.section(next).0);
        let is_table = index == Section::VulnerabilityOffsets as usize || index == Section::AdvisoryOffsets as usize;
        let form = if is_table { Form::Differences } else { Form::AsTheyAre };
        stretches.push((old.section(index), (new.section(index).0, end), form));
    }
    for ((old_start, old_end), (start, end), form) in stretches {
        let (old_length, length) = (old_end - old_start, end - start);
        let slack = old_length.abs_diff(length).saturating_add(64 << 10).min(MAX_SLACK);
        for from in (0..length).step_by(PIECE_BYTES) {
            let to = (from + PIECE_BYTES).min(length);
            let mut reference = (from.saturating_sub(slack).min(old_length), (to + slack).min(old_length));
            if form == Form::Differences {
                reference = (reference.0 / 4 * 4, reference.1 / 4 * 4);
            }
            let old = (old_start + reference.0, old_start + reference.1);
            let is_whole = (to - from).is_multiple_of(4);
            let form = if is_whole { form } else { Form::AsTheyAre };
            pieces.push(Piece { old, length: to - from, form, compressed: 0 });
        }
    }
    pieces
}

/// Makes the new file from the old one and a delta.
///
/// # Errors
/// When the delta is for another file, is torn, or does not fit together.
pub(super) fn apply(old: &Storage, delta: &mut impl Read, out: &mut impl Write) -> io::Result<()> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("the delta {what}"));
    let mut head = [0; 8 + TABLE_HEADER_BYTES];
    delta.read_exact(&mut head)?;
    let number = |at| u64_at(&head, at).unwrap_or_default();
    if u32_at(&head, 0) != Some(SKIPPABLE_MAGIC) || head[8..16] != MAGIC {
        return Err(wrong("is none"));
    }
    if number(16) != old.sequence() || number(24) != old.body().len() as u64 {
        return Err(wrong("is for another database"));
    }
    let (total, count) = (number(32), u32_at(&head, 40).unwrap_or_default() as usize);
    let table_bytes = u32_at(&head, 4).unwrap_or_default() as usize;
    if count > MAX_PIECES || table_bytes != TABLE_HEADER_BYTES + count * ROW_BYTES {
        return Err(wrong("has a wrong table"));
    }
    if total > MAX_FILE_BYTES + MAX_TRAILER_BYTES {
        return Err(wrong("makes a larger file than any database"));
    }
    let mut table = vec![0; count * ROW_BYTES];
    delta.read_exact(&mut table)?;
    let mut left = total;
    for row in table.chunks_exact(ROW_BYTES) {
        let piece = Piece::read(row).ok_or_else(|| wrong("has a wrong piece"))?;
        left = left.checked_sub(piece.length as u64).ok_or_else(|| wrong("makes more than it says"))?;
        let reference = old.body().get(piece.old.0..piece.old.1).ok_or_else(|| wrong("refers to what is not there"))?;
        piece.make(reference, delta, out)?;
    }
    let is_at_end = delta.read(&mut [0])? == 0;
    if left == 0 && is_at_end { Ok(()) } else { Err(wrong("makes another length than it says")) }
}

impl Piece {
    /// Reads a row of the table, and holds it to the limits of pieces.
    fn read(row: &[u8]) -> Option<Piece> {
        let start = usize::try_from(u64_at(row, 0)?).ok()?;
        let number = |at| u32_at(row, at).map(|number| number as usize);
        let (reference, length, compressed) = (number(8)?, number(12)?, number(16)?);
        let form = match row.get(20)? {
            0 => Form::AsTheyAre,
            1 if reference.is_multiple_of(4) && length.is_multiple_of(4) => Form::Differences,
            _ => return None,
        };
        // What does not compress grows by less than this.
        let is_bounded = reference <= PIECE_BYTES + 2 * MAX_SLACK
            && length <= PIECE_BYTES
            && compressed <= PIECE_BYTES + PIECE_BYTES / 128 + 1024;
        is_bounded.then_some(Piece { old: (start, start.checked_add(reference)?), length, form, compressed })
    }

    fn make(&self, reference: &[u8], delta: &mut impl Read, out: &mut impl Write) -> io::Result<()> {
        let mut frame = Vec::new();
        delta.take(self.compressed as u64).read_to_end(&mut frame)?;
        let reference = prepared(reference, self.form);
        let mut decoder = read::Decoder::with_ref_prefix(frame.as_slice(), &reference)?.single_frame();
        decoder.window_log_max(WINDOW_LOG)?;
        let mut content = Vec::with_capacity(self.length);
        decoder.take(self.length as u64 + 1).read_to_end(&mut content)?;
        if content.len() != self.length {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a piece of the delta has another length"));
        }
        if self.form == Form::Differences {
            let mut last = 0u32;
            for word in content.chunks_exact_mut(4) {
                last = last.wrapping_add(u32_at(word, 0).unwrap_or_default());
                word.copy_from_slice(&last.to_le_bytes());
            }
        }
        out.write_all(&content)
    }
}

/// The bytes in the form in which they are compared.
fn prepared(bytes: &[u8], form: Form) -> std::borrow::Cow<'_, [u8]> {
    if form == Form::AsTheyAre {
        return bytes.into();
    }
    let mut last = 0u32;
    let mut differences = Vec::with_capacity(bytes.len());
    for word in bytes.chunks_exact(4) {
        let number = u32_at(word, 0).unwrap_or_default();
        differences.extend_from_slice(&number.wrapping_sub(last).to_le_bytes());
        last = number;
    }
    differences.into()
}

/// The names of the deltas in a folder.
pub(super) fn names_in(folder: &Path) -> io::Result<Vec<DeltaName>> {
    let names = fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter_map(|name| DeltaName::parse(&name)).collect())
}
