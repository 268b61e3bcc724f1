//! A bound on the time that readers may take over one file.

use std::io::{self, Read};
use std::time::{Duration, Instant};

/// The most that one reader may take over one file before its stream ends in an error, which becomes a gap.
const LONGEST_READ: Duration = Duration::from_secs(60);

/// A stream that ends in an error when its reader takes too long.
pub(crate) struct Deadline<'a> {
    content: &'a mut dyn Read,
    until: Instant,
}

impl<'a> Deadline<'a> {
    /// The content of a file, from now on.
    pub(crate) fn over(content: &'a mut dyn Read) -> Deadline<'a> {
        Deadline { content, until: Instant::now() + LONGEST_READ }
    }
}

impl Read for Deadline<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.until {
            let message = format!("reading it takes longer than {} seconds", LONGEST_READ.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        self.content.read(buffer)
    }
}
