//! Takes the bytes of a database as they come, compressed or not, and never more than a database can have.

use std::fs::File;
use std::io::{self, Write};

use zstd::stream::write::Decoder;

use crate::database::format::MAX_FILE_BYTES;
use crate::signature::MAX_TRAILER_BYTES;

/// RFC 8878, section 3.1.1.
pub(super) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Memory that a compressed file may ask for: 128 MB, what the tools' own highest levels ask for.
const MAX_WINDOW_LOG: u32 = 27;

/// Writes what it is given to a file, decompressed.
pub(crate) struct Receiver<'f> {
    state: State<'f>,
}

enum State<'f> {
    /// The first bytes, until they tell what comes.
    Start(Vec<u8>, &'f File),
    Plain(Limited<'f>),
    Compressed(Decoder<'static, Limited<'f>>),
}

impl<'f> Receiver<'f> {
    pub(crate) fn new(file: &'f File) -> Receiver<'f> {
        Receiver { state: State::Start(Vec::new(), file) }
    }

    /// Writes what is left; a compressed stream must have come to its end.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.state {
            State::Start(first, mut file) => file.write_all(&first),
            State::Plain(_) => Ok(()),
            State::Compressed(mut decoder) => decoder.flush(),
        }
    }
}

impl Write for Receiver<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Start(first, file) => {
                first.extend_from_slice(bytes);
                if first.len() < ZSTD_MAGIC.len() {
                    return Ok(bytes.len());
                }
                let (first, file) = (std::mem::take(first), *file);
                let left = MAX_FILE_BYTES + MAX_TRAILER_BYTES;
                let mut limited = Limited { file, left };
                self.state = if first.starts_with(&ZSTD_MAGIC) {
                    let mut decoder = Decoder::new(limited)?;
                    decoder.window_log_max(MAX_WINDOW_LOG)?;
                    decoder.write_all(&first)?;
                    State::Compressed(decoder)
                } else {
                    limited.write_all(&first)?;
                    State::Plain(limited)
                };
                Ok(bytes.len())
            }
            State::Plain(limited) => limited.write(bytes),
            State::Compressed(decoder) => decoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that takes no more than a database can have.
struct Limited<'f> {
    file: &'f File,
    left: u64,
}

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any database can be"))?;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
