//! The inflated bytes of a layer, from other threads or made by the one that wants them.

use std::io::{self, BufRead, BufReader, Read};

use crate::compression::{Compression, Reopen, inflate};
use crate::read_ahead::ReadAhead;
use crate::tar::SkipRead;

/// Stored bytes are read and hashed in pieces of this size.
pub(super) const STORED_CHUNK: usize = 256 << 10;
/// Inflated bytes are handed over in pieces of this size.
pub(super) const INFLATED_CHUNK: usize = 256 << 10;
/// Stored bytes are read in pieces of this size by the thread that inflates them, so that they stay in its fastest caches.
const STORED_CHUNK_ALONE: usize = 128 << 10;
/// The most bytes that one layer may inflate to.
const LARGEST_INFLATED: u64 = 128 << 30;

/// Starts the threads that read, hash and inflate `stored`. Both are idle while they wait for each other.
pub(super) fn ahead(
    stored: Box<dyn Read + Send>,
    compression: Compression,
    reopen: Reopen<'static>,
) -> io::Result<ReadAhead> {
    let stored = ReadAhead::start(move || Ok(stored), STORED_CHUNK)?;
    if compression == Compression::Plain {
        return Ok(stored);
    }
    ReadAhead::start(move || Ok(Bounded::new(inflate(compression, stored, reopen)?)), INFLATED_CHUNK)
}

/// The inflated bytes of a layer, read, hashed and inflated by whoever takes them.
pub struct Alone(BufReader<Bounded<Box<dyn Read>>>);

impl Alone {
    pub(super) fn new(
        stored: Box<dyn Read + Send>,
        compression: Compression,
        reopen: Reopen<'static>,
    ) -> io::Result<Alone> {
        let stored = BufReader::with_capacity(STORED_CHUNK_ALONE, stored);
        Ok(Alone(BufReader::with_capacity(INFLATED_CHUNK, Bounded::new(inflate(compression, stored, reopen)?))))
    }
}

impl Read for Alone {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Alone {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl SkipRead for Alone {}

/// Bytes that become an error where there are too many of them.
struct Bounded<R> {
    bytes: R,
    left: u64,
}

impl<R> Bounded<R> {
    fn new(bytes: R) -> Bounded<R> {
        Bounded { bytes, left: LARGEST_INFLATED }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "it inflates to more than 128 GiB, which no image needs")
        })?;
        Ok(count)
    }
}
