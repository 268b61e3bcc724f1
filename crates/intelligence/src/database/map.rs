//! Maps the database file into memory: the one place of this crate with unsafe code.

#![expect(unsafe_code, reason = "mapping a file is unsafe; the database file is replaced only by rename")]

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file for reading.
pub(super) fn map_file(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    // SAFETY: the bytes of a mapping must not change. Databases are written under another name and put in place by
    // rename (`update.rs`, `build.rs`), so the inode that is mapped here is never written again by this program; an
    // operator who overwrites the file in place gets wrong bytes, which the checksum of each block finds.
    unsafe { Mmap::map(&file) }
}
