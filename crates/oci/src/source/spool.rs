//! Archives that cannot be read in place go to a temporary file that has no name, so that nothing is left behind.

use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;

use super::OpenImageError;
use crate::compression::{Compression, MAGIC_BYTES, read_full};
use crate::local_blob::LocalFile;

/// The most bytes that are written.
const LIMIT_BYTES: u64 = 64 << 30;
const BUFFER_BYTES: usize = 256 << 10;

/// Writes what `input` holds, uncompressed, to a temporary file.
pub(super) fn spool(input: &mut (dyn Read + Send), place: &str) -> Result<Arc<LocalFile>, OpenImageError> {
    let cannot_read = |source| OpenImageError::Read { place: place.to_owned(), source };
    let mut head = [0; MAGIC_BYTES];
    let length = read_full(input, &mut head).map_err(cannot_read)?;
    let compression = Compression::of(&head[..length])
        .map_err(|source| OpenImageError::Compression { place: place.to_owned(), source })?;
    let stored = BufReader::with_capacity(BUFFER_BYTES, io::Cursor::new(head).take(length as u64).chain(input));
    let mut bytes = crate::compression::inflate_once(compression, stored).map_err(cannot_read)?;
    let mut file = tempfile::tempfile().map_err(cannot_read)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut left = LIMIT_BYTES;
    loop {
        let count = read_full(&mut bytes, &mut buffer).map_err(cannot_read)?;
        if count == 0 {
            break;
        }
        left = left
            .checked_sub(count as u64)
            .ok_or_else(|| OpenImageError::TooLarge { place: place.to_owned(), limit_bytes: LIMIT_BYTES })?;
        file.write_all(&buffer[..count]).map_err(cannot_read)?;
    }
    LocalFile::new(file, None).map_err(cannot_read)
}
