//! How a layer or an archive is compressed, told by its first bytes and never by what a manifest says of it.

mod gzip;

use std::io::{self, BufRead, Read};

pub(crate) use gzip::Reopen;

/// The longest run of bytes that [`Compression::of`] looks at.
pub(crate) const MAGIC_BYTES: usize = 6;

/// The largest window that a zstd frame may ask for, as a power of two: what the `zstd` program accepts by default. One
/// frame that uses it fully costs 128 MiB; what image builders write needs 8 MiB at most.
const LARGEST_ZSTD_WINDOW_LOG: u32 = 27;

/// A compression that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

/// The error of meeting a compression that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{name} compression is not read; compress it with gzip or zstd, or not at all")]
pub struct UnsupportedCompression {
    /// Its name.
    pub name: &'static str,
}

impl Compression {
    /// The compression of what begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Result<Compression, UnsupportedCompression> {
        let unsupported = |name| Err(UnsupportedCompression { name });
        match head {
            [0x1f, 0x8b, ..] => Ok(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Compression::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => unsupported("xz"),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => unsupported("bzip2"),
            [0x04, 0x22, 0x4d, 0x18, ..] => unsupported("lz4"),
            [0x1f, 0x9d, ..] => unsupported("compress (.Z)"),
            _ => Ok(Compression::Plain),
        }
    }
}

/// The uncompressed bytes of `stored`. Several members or frames one after the other read as one, a stream that ends
/// early is an error, and what follows the last gzip member without being one is passed over, as `gzip` does.
/// `reopen` gives the same stored bytes from their beginning once more. The reader stays in its thread.
pub(crate) fn inflate<'a>(
    compression: Compression,
    stored: impl BufRead + Send + 'a,
    reopen: Reopen<'a>,
) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match compression {
        Compression::Plain => Box::new(stored),
        Compression::Gzip => gzip::reader(stored, reopen),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?;
            decoder.window_log_max(LARGEST_ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    })
}

/// The uncompressed bytes of what can be read only once, with the decoders that need no second try.
pub(crate) fn inflate_once<'a>(
    compression: Compression,
    stored: impl BufRead + Send + 'a,
) -> io::Result<Box<dyn Read + 'a>> {
    match compression {
        Compression::Gzip => Ok(gzip::exact_reader(stored)),
        Compression::Plain | Compression::Zstd => {
            inflate(compression, stored, Box::new(|| Err(io::ErrorKind::Other.into())))
        }
    }
}

/// Reads until `buffer` is full or the bytes end; fewer than its length only at the end.
pub(crate) fn read_full(reader: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
