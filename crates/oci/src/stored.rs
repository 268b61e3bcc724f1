//! Stored bytes: what a source keeps of a layer, hashed while it is read.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use model::{Digest, DigestAlgorithm};

/// A hash in the making.
pub(crate) struct Hasher {
    algorithm: DigestAlgorithm,
    context: digest::Context,
}

impl Hasher {
    pub(crate) fn new(algorithm: DigestAlgorithm) -> Hasher {
        let context = digest::Context::new(match algorithm {
            DigestAlgorithm::Sha256 => &digest::SHA256,
            DigestAlgorithm::Sha512 => &digest::SHA512,
        });
        Hasher { algorithm, context }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::from_hash(self.algorithm, self.context.finish().as_ref())
    }
}

/// The digest of bytes in memory.
pub(crate) fn digest_of(algorithm: DigestAlgorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

/// A reader that hashes what it reads. Its clones are the same reader, so that whoever began can read on to the end.
#[derive(Clone)]
pub(crate) struct StoredBytes(Arc<Mutex<State>>);

struct State {
    reader: Box<dyn Read + Send>,
    hasher: Option<Hasher>,
    /// Whether the reader gave up, so that it is not asked again: a registry that does not answer takes its time.
    has_failed: bool,
}

impl StoredBytes {
    pub(crate) fn new(reader: Box<dyn Read + Send>, algorithm: DigestAlgorithm) -> StoredBytes {
        StoredBytes(Arc::new(Mutex::new(State { reader, hasher: Some(Hasher::new(algorithm)), has_failed: false })))
    }

    /// Reads on to the end and returns the digest of all bytes.
    pub(crate) fn finish(self, buffer: &mut [u8]) -> io::Result<Digest> {
        let mut stored = self;
        while stored.read(buffer)? > 0 {}
        let mut state = stored.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hasher = state.hasher.take();
        hasher.map(Hasher::finish).ok_or_else(|| io::Error::other("the stored bytes were read to their end before"))
    }
}

impl Read for StoredBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.has_failed {
            return Err(io::Error::other("the stored bytes could not be read before"));
        }
        loop {
            match state.reader.read(buffer) {
                Ok(count) => {
                    if let Some(hasher) = &mut state.hasher {
                        hasher.update(&buffer[..count]);
                    }
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    state.has_failed = true;
                    return Err(error);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_gave_up_is_not_asked_again() {
        /// Fails once and would go on.
        struct Failing(bool);

        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) { Ok(0) } else { Err(io::Error::other("no answer")) }
            }
        }

        let stored = StoredBytes::new(Box::new(Failing(false)), DigestAlgorithm::Sha256);
        assert_eq!(stored.clone().read(&mut [0]).unwrap_err().to_string(), "no answer");
        let again = stored.finish(&mut [0; 8]).unwrap_err();
        assert_eq!(again.to_string(), "the stored bytes could not be read before");
    }
}
