//! rpm's own database, `Packages.db` of SUSE: pages of slots, each pointing at a blob that is a package's header.
//! All numbers are little-endian (rpm, `lib/backend/ndb/rpmpkg.c`).

use std::io::SeekFrom;

use super::pages::u32_at;
use super::{LARGEST_HEADER_BYTES, Sink};
use crate::wanted_file::{ReadFileError, ReadSeek};

/// How such a file begins.
pub(super) const MAGIC: &[u8] = b"RpmP";

const FORMAT: &str = "ndb database";
const SLOT_PAGE_BYTES: u64 = 4096;
const BLOCK_BYTES: u64 = 16;

/// Hands every package's blob to `sink`.
pub(super) fn read(file: &mut dyn ReadSeek, sink: &mut Sink) -> Result<(), ReadFileError> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut head = [0; 32];
    file.read_exact(&mut head).map_err(|_| ReadFileError::malformed(FORMAT, "it is shorter than its header"))?;
    let version = u32_at(&head, 4, false).unwrap_or(u32::MAX);
    if version != 0 {
        return Err(ReadFileError::malformed(FORMAT, format_args!("its version is {version}, not 0")));
    }
    let slot_pages = u64::from(u32_at(&head, 12, false).unwrap_or(0));
    if slot_pages == 0 || slot_pages * SLOT_PAGE_BYTES > length {
        return Err(ReadFileError::malformed(FORMAT, "its pages of slots go beyond its end"));
    }
    // Blobs never overlap, so their lengths together stay below the file's; one that lies about it ends here.
    let mut room = length;
    let mut page = vec![0; SLOT_PAGE_BYTES as usize];
    let mut blob = Vec::new();
    for number in 0..slot_pages {
        file.seek(SeekFrom::Start(number * SLOT_PAGE_BYTES))?;
        file.read_exact(&mut page)?;
        // The file's header takes the place of the first two slots.
        let slots = page.chunks_exact(16).skip(if number == 0 { 2 } else { 0 });
        for slot in slots {
            let field = |at| u32_at(slot, at, false).unwrap_or(0);
            let (package, offset, blocks) = (field(4), u64::from(field(8)), u64::from(field(12)));
            if !slot.starts_with(b"Slot") {
                sink.unreadable("a slot has no mark");
                continue;
            }
            if package == 0 || offset == 0 {
                continue;
            }
            let space = blocks * BLOCK_BYTES;
            let Some(left) = room.checked_sub(space) else {
                return Err(ReadFileError::malformed(FORMAT, "its blobs together are longer than the file"));
            };
            room = left;
            match read_blob(file, package, offset * BLOCK_BYTES, space, length, &mut blob) {
                Ok(()) => sink.header(&blob),
                Err(reason) => sink.unreadable(reason),
            }
        }
    }
    Ok(())
}

/// Reads the blob at `start`, whose mark, number and length must be as its slot says.
fn read_blob(
    file: &mut dyn ReadSeek,
    package: u32,
    start: u64,
    space: u64,
    file_length: u64,
    blob: &mut Vec<u8>,
) -> Result<(), &'static str> {
    const HEAD_BYTES: u64 = 16;
    const TAIL_BYTES: u64 = 12;
    if space < HEAD_BYTES + TAIL_BYTES || start.saturating_add(space) > file_length {
        return Err("a slot points beyond the end");
    }
    let mut head = [0; HEAD_BYTES as usize];
    let is_read = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut head)).is_ok();
    let field = |at| u32_at(&head, at, false).unwrap_or(0);
    if !is_read || !head.starts_with(b"BlbS") || field(4) != package {
        return Err("a slot points at something that is no header of its package");
    }
    let length = u64::from(field(12));
    if length > space - HEAD_BYTES - TAIL_BYTES || length > LARGEST_HEADER_BYTES as u64 {
        return Err("a header is longer than its space");
    }
    blob.resize(length as usize, 0);
    file.read_exact(blob).map_err(|_| "a header cannot be read")
}
