//! Tar archives that lie in files of a target.

use std::io::BufRead;
use std::sync::Arc;

use super::{SkipRead, TarReader};
use crate::entry::EntryStream;

/// The entries of the tar archive that `bytes` hold; `container` names it in errors.
pub fn tar_entries<'a>(bytes: impl BufRead + 'a, container: &str) -> Box<dyn EntryStream + 'a> {
    Box::new(TarReader::new(Inner(bytes), Arc::from(container)))
}

struct Inner<B>(B);

impl<B: BufRead> std::io::Read for Inner<B> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<B: BufRead> BufRead for Inner<B> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl<B: BufRead> SkipRead for Inner<B> {}
