//! Archives that cannot be read in place go to a temporary file that has no name, so that nothing is left behind.

use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;

use super::OpenImageError;
use crate::compression::{Compression, MAGIC_BYTES, inflate, inflate_once, read_full};
use crate::local_blob::{LocalBlob, LocalFile};

/// The most bytes that are written.
const LIMIT_BYTES: u64 = 64 << 30;
const BUFFER_BYTES: usize = 256 << 10;

/// Writes what a pipe holds, uncompressed, to a temporary file.
pub(super) fn spool_stream(input: &mut (dyn Read + Send), place: &str) -> Result<Arc<LocalFile>, OpenImageError> {
    let cannot_read = |source| OpenImageError::Read { place: place.to_owned(), source };
    let mut head = [0; MAGIC_BYTES];
    let length = read_full(input, &mut head).map_err(cannot_read)?;
    let compression = Compression::of(&head[..length])
        .map_err(|source| OpenImageError::Compression { place: place.to_owned(), source })?;
    let stored = BufReader::with_capacity(BUFFER_BYTES, io::Cursor::new(head).take(length as u64).chain(input));
    spool(&mut inflate_once(compression, stored).map_err(cannot_read)?, place)
}

/// Writes a compressed file, uncompressed, to a temporary file.
pub(super) fn spool_file(
    blob: &LocalBlob,
    compression: Compression,
    place: &str,
) -> Result<Arc<LocalFile>, OpenImageError> {
    let open = || BufReader::with_capacity(BUFFER_BYTES, blob.open());
    let bytes = inflate(compression, open(), Box::new(move || Ok(Box::new(open()))));
    spool(&mut bytes.map_err(|source| OpenImageError::Read { place: place.to_owned(), source })?, place)
}

fn spool(bytes: &mut dyn Read, place: &str) -> Result<Arc<LocalFile>, OpenImageError> {
    let cannot_read = |source| OpenImageError::Read { place: place.to_owned(), source };
    let cannot_write = |source| OpenImageError::Spool { place: place.to_owned(), source };
    let mut file = tempfile::tempfile().map_err(cannot_write)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut left = LIMIT_BYTES;
    loop {
        let count = read_full(bytes, &mut buffer).map_err(cannot_read)?;
        if count == 0 {
            break;
        }
        left = left
            .checked_sub(count as u64)
            .ok_or_else(|| OpenImageError::TooLarge { place: place.to_owned(), limit_bytes: LIMIT_BYTES })?;
        file.write_all(&buffer[..count]).map_err(cannot_write)?;
    }
    LocalFile::new(file, None).map_err(cannot_read)
}
