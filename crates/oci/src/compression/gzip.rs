//! Gzip (RFC 1952) by two decoders: ISA-L where it exists, because it is by far the fastest, and zlib-rs as the judge of
//! everything that ISA-L refuses.
//!
//! ISA-L refuses some streams that others accept, such as those with zeroes or other bytes behind the last member, and
//! what it has inflated when it refuses is not known to be what others inflate. So whatever it refuses is inflated once more by
//! zlib-rs from the beginning, past what has been handed out already; that costs twice the time for damaged layers, and
//! gives each of them one exact answer on every processor.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Opens the stored bytes once more, from their beginning.
pub(crate) type Reopen<'a> = Box<dyn FnMut() -> io::Result<Box<dyn BufRead + Send + 'a>> + Send + 'a>;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn reader<'a>(stored: impl BufRead + Send + 'a, reopen: Reopen<'a>) -> Box<dyn Read + 'a> {
    Box::new(fast::FastGzip::new(stored, reopen))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn reader<'a>(stored: impl BufRead + Send + 'a, _reopen: Reopen<'a>) -> Box<dyn Read + 'a> {
    exact_reader(stored)
}

/// Inflates with zlib-rs alone.
pub(super) fn exact_reader<'a>(stored: impl BufRead + Send + 'a) -> Box<dyn Read + 'a> {
    Box::new(ExactGzip::new(Box::new(stored)))
}

/// Members one after the other, inflated by zlib-rs.
struct ExactGzip<'a> {
    member: Option<GzDecoder<Box<dyn BufRead + Send + 'a>>>,
}

impl<'a> ExactGzip<'a> {
    fn new(stored: Box<dyn BufRead + Send + 'a>) -> ExactGzip<'a> {
        ExactGzip { member: Some(GzDecoder::new(stored)) }
    }
}

impl Read for ExactGzip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(member) = self.member.take() else { break };
            let mut stored = member.into_inner();
            if begins_member(&mut *stored)? {
                self.member = Some(GzDecoder::new(stored));
            }
        }
        Ok(0)
    }
}

/// Whether the bytes go on with a member; anything else behind the last one is passed over.
fn begins_member(stored: &mut dyn BufRead) -> io::Result<bool> {
    let available = stored.fill_buf()?;
    Ok(match available {
        [0x1f] => true,
        [0x1f, next, ..] => *next == 0x8b,
        _ => false,
    })
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod fast {
    use inflate::Members;

    use super::*;

    /// Inflates with ISA-L until it refuses, with zlib-rs from there on.
    pub(super) struct FastGzip<'a> {
        decoder: Decoder<'a>,
        reopen: Reopen<'a>,
        /// What has been handed out.
        delivered: u64,
    }

    enum Decoder<'a> {
        Fast(Fast<'a>),
        Exact(Box<ExactGzip<'a>>),
        Failed,
    }

    impl<'a> FastGzip<'a> {
        pub(super) fn new(stored: impl BufRead + Send + 'a, reopen: Reopen<'a>) -> FastGzip<'a> {
            let fast = Fast { stored: Box::new(stored), members: Members::new(), is_between: false };
            FastGzip { decoder: Decoder::Fast(fast), reopen, delivered: 0 }
        }

        fn begin_again(&mut self) -> io::Result<ExactGzip<'a>> {
            let mut exact = ExactGzip::new((self.reopen)()?);
            let skipped = io::copy(&mut (&mut exact).take(self.delivered), &mut io::sink())?;
            if skipped < self.delivered {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the layer changed while it was read"));
            }
            Ok(exact)
        }
    }

    impl Read for FastGzip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if buffer.is_empty() {
                return Ok(0);
            }
            if let Decoder::Fast(fast) = &mut self.decoder {
                if let Some(count) = fast.step(buffer) {
                    self.delivered += count as u64;
                    return Ok(count);
                }
                self.decoder = Decoder::Failed;
                self.decoder = Decoder::Exact(Box::new(self.begin_again()?));
            }
            match &mut self.decoder {
                Decoder::Exact(exact) => exact.read(buffer),
                _ => Err(io::Error::new(io::ErrorKind::InvalidData, "the compressed data are damaged")),
            }
        }
    }

    struct Fast<'a> {
        stored: Box<dyn BufRead + Send + 'a>,
        members: Members,
        /// Whether a member has ended, and no other has begun.
        is_between: bool,
    }

    impl Fast<'_> {
        /// The number of bytes that were inflated into `buffer`, none at the end; `None` where the stored bytes cannot be read
        /// or are refused.
        fn step(&mut self, buffer: &mut [u8]) -> Option<usize> {
            loop {
                let available = match self.stored.fill_buf() {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    available => available.ok()?,
                };
                let is_over = available.is_empty();
                if self.is_between {
                    if is_over {
                        return Some(0);
                    }
                    self.members.begin_next();
                }
                let step = self.members.step(available, buffer).ok()?;
                self.stored.consume(step.consumed);
                self.is_between = step.is_finished;
                match step.produced {
                    0 if is_over && !step.is_finished => return None,
                    0 => continue,
                    count => return Some(count),
                }
            }
        }
    }
}
