//! The content of one file for several readers, each of which reads it from its beginning: in memory when it is small,
//! else in an unlinked temporary file. It is taken from its container once.

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write as _};

use crate::wanted_file::ReadSeek;

/// What is kept in memory of one file; a larger one goes to a temporary file.
const MEMORY_BYTES: u64 = 8 << 20;

/// What is written to a temporary file at once: the system takes large pieces with a fraction of the work.
const WRITTEN_BYTES: usize = 1 << 20;

/// The most that goes to a temporary file.
pub(crate) const LARGEST_BYTES: u64 = 2 << 30;

/// One file's content.
pub(crate) enum SharedContent {
    Memory(Vec<u8>),
    File(File),
}

impl SharedContent {
    /// Takes the rest of `stream`, which follows `head`; `size_bytes` is how long its container says it is.
    ///
    /// # Errors
    /// When the stream cannot be read, or has more than [`LARGEST_BYTES`].
    pub(crate) fn take(head: &[u8], stream: &mut dyn Read, size_bytes: u64) -> io::Result<SharedContent> {
        if size_bytes > MEMORY_BYTES {
            return SharedContent::write(head, stream);
        }
        let mut memory = Vec::with_capacity((size_bytes as usize).max(head.len()));
        memory.extend_from_slice(head);
        let room = MEMORY_BYTES.saturating_sub(memory.len() as u64);
        (&mut *stream).take(room).read_to_end(&mut memory)?;
        if (memory.len() as u64) < MEMORY_BYTES {
            return Ok(SharedContent::Memory(memory));
        }
        // A container may have said less than there is.
        let mut next = [0];
        if read_one(stream, &mut next)? == 0 {
            return Ok(SharedContent::Memory(memory));
        }
        memory.extend_from_slice(&next);
        SharedContent::write(&memory, stream)
    }

    /// Writes what was read and the rest of a stream to a temporary file.
    fn write(read: &[u8], stream: &mut dyn Read) -> io::Result<SharedContent> {
        let mut file = BufWriter::with_capacity(WRITTEN_BYTES, tempfile::tempfile()?);
        file.write_all(read)?;
        let room = LARGEST_BYTES - read.len() as u64;
        if io::copy(&mut stream.take(room), &mut file)? == room {
            let message = format!("it has more than the {} GiB that are read of such a file", LARGEST_BYTES >> 30);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(SharedContent::File(file.into_inner()?))
    }

    /// How long it is, in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        match self {
            SharedContent::Memory(bytes) => bytes.len() as u64,
            SharedContent::File(file) => file.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// Its first bytes, `count` at most; fewer where they cannot be read.
    pub(crate) fn head(&mut self, count: usize) -> Vec<u8> {
        if let SharedContent::Memory(bytes) = self {
            return bytes[..count.min(bytes.len())].to_vec();
        }
        let mut head = Vec::with_capacity(count);
        // Whoever reads on meets the error again and tells it.
        let _ = self.reader().and_then(|reader| reader.take(count as u64).read_to_end(&mut head));
        head
    }

    /// The content from its beginning.
    pub(crate) fn reader(&mut self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(match self {
            SharedContent::Memory(bytes) => Box::new(Cursor::new(bytes.as_slice())),
            SharedContent::File(file) => {
                file.seek(SeekFrom::Start(0))?;
                Box::new(file)
            }
        })
    }

    /// The content where it lies in memory as a whole.
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        match self {
            SharedContent::Memory(bytes) => Some(bytes),
            SharedContent::File(_) => None,
        }
    }
}

fn read_one(stream: &mut dyn Read, byte: &mut [u8; 1]) -> io::Result<usize> {
    loop {
        match stream.read(byte) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(length: u64, said: u64) {
        let bytes: Vec<u8> = (0..length).map(|place| (place / 7) as u8).collect();
        let (head, mut rest) = bytes.split_at(bytes.len().min(100));
        let mut content = SharedContent::take(head, &mut rest, said).unwrap();
        assert_eq!(content.in_memory().is_some(), length.max(said) <= MEMORY_BYTES);
        for _ in 0..2 {
            let mut read = Vec::new();
            content.reader().unwrap().read_to_end(&mut read).unwrap();
            assert!(read == bytes, "{length} bytes");
        }
    }

    #[test]
    fn every_reader_begins_at_the_beginning() {
        for length in [0, 1, 5000, MEMORY_BYTES - 1, MEMORY_BYTES, MEMORY_BYTES + 1, MEMORY_BYTES + 500_000] {
            check(length, length);
            check(length, 0);
            check(length, MEMORY_BYTES + 1);
        }
    }
}
