//! Small texts as zstd frames, thousands a second: what the compression needs is made once for each thread.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};

/// Fast rather than small.
const LEVEL: i32 = 3;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// As one frame.
///
/// # Errors
/// When there is no memory for it.
pub(crate) fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|own| {
        // One that met an error is not used again.
        let mut compressor = own.take().map_or_else(|| Compressor::new(LEVEL), Ok)?;
        let compressed = compressor.compress(bytes)?;
        *own = Some(compressor);
        Ok(compressed)
    })
}

/// The content of a frame, of at most so many bytes.
///
/// # Errors
/// When it is none, or has more.
pub(crate) fn decompress(frame: &[u8], most_bytes: usize) -> io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|own| {
        let mut decompressor = own.take().map_or_else(Decompressor::new, Ok)?;
        let bytes = decompressor.decompress(frame, most_bytes)?;
        *own = Some(decompressor);
        Ok(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_comes_back_also_after_an_error() {
        for text in ["", "a verdict", &"reasons ".repeat(10_000)] {
            let frame = compress(text.as_bytes()).unwrap();
            assert_eq!(decompress(&frame, text.len()).unwrap(), text.as_bytes());
            assert!(text.is_empty() || decompress(&frame, text.len() - 1).is_err());
            decompress(b"no frame", 100).unwrap_err();
        }
    }
}
