//! Blobs, or parts of them, as streams: resumed where a connection breaks, held to the size that the descriptor states
//! and to a least speed.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::Digest;
use ureq::BodyReader;
use ureq::http::{StatusCode, header};

use super::http::{Answer, ExchangeError, from_io};
use super::places::{FurtherPlaces, told};
use super::session::Session;
use super::{RegistryError, companions};
use crate::companions::Companions;
use crate::image::LayerBlobs;
use crate::manifest::Descriptor;
use crate::toc::TocPlace;

/// With so many bytes of progress the failures before them are forgotten.
pub(super) const PROGRESS_BYTES: u64 = 8 << 20;

/// The layers of an image in a registry.
pub(super) struct RegistryBlobs {
    pub(super) session: Arc<Session>,
    /// Who is asked for what the registry of the session does not give.
    pub(super) further: Arc<FurtherPlaces>,
    pub(super) layers: Vec<Descriptor>,
    /// For each layer how many of the places gave other bytes than its digest says.
    pub(super) damaged: Vec<AtomicUsize>,
    /// Whether tables of contents may stand for what layers hold.
    pub(super) trust_toc: bool,
    /// The digests that the image goes by.
    pub(super) digests: Vec<Digest>,
}

impl LayerBlobs for RegistryBlobs {
    fn open(&self, index: usize) -> io::Result<Box<dyn Read + Send>> {
        let descriptor = self.descriptor(index)?;
        Ok(Box::new(self.reader(index, 0..descriptor.size)?))
    }

    fn has_further_place(&self, index: usize) -> bool {
        self.damaged.get(index).is_some_and(|damaged| damaged.load(Ordering::Relaxed) < self.further.count())
    }

    fn go_elsewhere(&self, index: usize) {
        if let Some(damaged) = self.damaged.get(index) {
            damaged.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn toc(&self, index: usize) -> Option<TocPlace> {
        let descriptor = self.layers.get(index).filter(|_| self.trust_toc)?;
        TocPlace::of(&descriptor.annotations, descriptor.size)
    }

    fn companions(&self, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
        companions::find(&self.session, self.digests.clone(), is_wanted)
    }

    fn open_part(&self, index: usize, part: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        let descriptor = self.descriptor(index)?;
        if part.is_empty() || part.end > descriptor.size {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(Box::new(self.reader(index, part)?))
    }
}

impl RegistryBlobs {
    fn descriptor(&self, index: usize) -> io::Result<&Descriptor> {
        self.layers.get(index).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Reads these bytes of the layer at `index`, from the first place that is not known to have others.
    fn reader(&self, index: usize, wanted: Range<u64>) -> io::Result<BlobReader> {
        let next = self.damaged.get(index).map_or(0, |damaged| damaged.load(Ordering::Relaxed));
        let place = next.checked_sub(1).and_then(|last| self.further.session(last));
        let session = place.transpose().map_err(io::Error::other)?.unwrap_or_else(|| Arc::clone(&self.session));
        let descriptor = self.descriptor(index)?.clone();
        Ok(BlobReader::new(session, Arc::clone(&self.further), next, descriptor, wanted))
    }
}

/// Reads one blob, or a part of it. Digests are checked by whoever reads.
struct BlobReader {
    session: Arc<Session>,
    further: Arc<FurtherPlaces>,
    /// The one of the further places that is asked next.
    next: usize,
    /// The last place that failed, and how.
    failed: Option<(String, RegistryError)>,
    descriptor: Descriptor,
    /// The wanted bytes of the blob.
    wanted: Range<u64>,
    body: Option<OpenBody>,
    position: u64,
    failures: u32,
    /// Where the blob stood when it last failed.
    failed_at: u64,
    /// Whether the place does not go on where a connection broke, so that what came before is asked for again and skipped.
    begins_anew: bool,
    /// The time spent waiting for the registry, which leaves out what the caller does between reads.
    waited: Duration,
    is_finished: bool,
}

struct OpenBody {
    host: String,
    /// How many bytes lie in front of those wanted, from a server that cannot send parts.
    skip: u64,
    reader: BodyReader<'static>,
}

/// What one read brought.
enum Progress {
    Skipped,
    Read(usize),
}

impl BlobReader {
    fn new(
        session: Arc<Session>,
        further: Arc<FurtherPlaces>,
        next: usize,
        descriptor: Descriptor,
        wanted: Range<u64>,
    ) -> BlobReader {
        BlobReader {
            session,
            further,
            next,
            failed: None,
            descriptor,
            body: None,
            position: wanted.start,
            failures: 0,
            failed_at: wanted.start,
            begins_anew: false,
            wanted,
            waited: Duration::ZERO,
            is_finished: false,
        }
    }

    /// Reads what there is, going on after failures that pass.
    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize, RegistryError> {
        loop {
            let before = Instant::now();
            let outcome = self.read_once(buffer);
            self.waited += before.elapsed();
            let error = match outcome {
                Ok(Progress::Skipped) => {
                    if let Err(error) = self.check_speed() {
                        self.go_elsewhere(error)?;
                    }
                    continue;
                }
                Ok(Progress::Read(count)) => {
                    self.position += count as u64;
                    if let Err(error) = self.check_speed() {
                        self.go_elsewhere(error)?;
                    }
                    return Ok(count);
                }
                Err(error) => error,
            };
            self.body = None;
            if let Err(error) = self.check_speed() {
                self.go_elsewhere(error)?;
                continue;
            }
            if self.position - self.failed_at >= PROGRESS_BYTES {
                self.failures = 0;
            }
            self.failed_at = self.position;
            self.begins_anew |= matches!(error, RegistryError::NoRest { .. });
            if self.session.wait_before_retry(&error, self.failures, true) {
                self.failures += 1;
            } else {
                let error = self.cut_off(error);
                self.go_elsewhere(error)?;
            }
        }
    }

    /// An error as it is told at last: where the connection ended within the blob, it is said where.
    fn cut_off(&self, error: RegistryError) -> RegistryError {
        let is_end = |kind: io::ErrorKind| {
            use io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
            matches!(kind, ConnectionAborted | ConnectionReset | UnexpectedEof)
        };
        match error {
            RegistryError::Exchange(ExchangeError::Connection { host, source })
                if is_end(source.kind()) && self.position > self.wanted.start =>
            {
                let (digest, size_bytes) = (self.descriptor.digest.clone(), self.descriptor.size);
                RegistryError::CutOff { host, digest, at_byte: self.position, size_bytes }
            }
            error => error,
        }
    }

    /// Goes on at the next place, from where this one stopped: the digest tells whether the parts are of one blob.
    fn go_elsewhere(&mut self, error: RegistryError) -> Result<(), RegistryError> {
        let mut failed = (self.session.host(), error);
        while let Some(session) = self.further.session(self.next) {
            self.next += 1;
            match session {
                Ok(session) => {
                    self.failed = Some(failed);
                    (self.session, self.body) = (session, None);
                    (self.failures, self.failed_at, self.waited) = (0, self.position, Duration::ZERO);
                    self.begins_anew = false;
                    return Ok(());
                }
                Err(error) => failed.1 = error,
            }
        }
        Err(told(self.failed.take(), failed.1))
    }

    fn read_once(&mut self, buffer: &mut [u8]) -> Result<Progress, RegistryError> {
        let mut body = match self.body.take() {
            Some(body) => body,
            None => self.open()?,
        };
        let left = self.wanted.end - self.position;
        if left == 0 && body.skip == 0 {
            // One byte more than stated would be another blob.
            return match body.reader.read(&mut [0]) {
                Ok(1..) => Err(self.wrong_length(body.host, true)),
                Ok(0) | Err(_) => Ok(Progress::Read(0)),
            };
        }
        let wanted = if body.skip > 0 { body.skip } else { left };
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX).min(buffer.len());
        let part = buffer.get_mut(..wanted).unwrap_or_default();
        let count = body.reader.read(part).map_err(|error| from_io(error, &body.host))?;
        if count == 0 {
            return Err(from_io(io::Error::from(io::ErrorKind::UnexpectedEof), &body.host).into());
        }
        let progress = if body.skip > 0 { Progress::Skipped } else { Progress::Read(count) };
        body.skip = body.skip.saturating_sub(count as u64);
        self.body = Some(body);
        Ok(progress)
    }

    /// Asks for the blob from the present position on, or anew where the place does not go on from there.
    fn open(&self) -> Result<OpenBody, RegistryError> {
        let from = if self.begins_anew { self.wanted.start } else { self.position };
        let is_rest = from > self.wanted.start;
        let until = self.is_part().then_some(self.wanted.end);
        let answer = match self.session.blob(&self.descriptor.digest, from, until, self.longest()) {
            Err(RegistryError::Status { host, status: 416, .. }) if is_rest => return Err(self.no_rest(host)),
            answer => answer?,
        };
        let host = answer.host.clone();
        let is_part = answer.status == StatusCode::PARTIAL_CONTENT;
        if self.is_part() && !is_part {
            if is_rest {
                return Err(self.no_rest(host));
            }
            return Err(RegistryError::NoParts { host, digest: self.descriptor.digest.clone() });
        }
        let begins_at = if is_part { range_start(&answer).unwrap_or(u64::MAX) } else { 0 };
        if begins_at > self.position {
            if is_rest {
                return Err(self.no_rest(host));
            }
            return Err(RegistryError::Status {
                host,
                status: answer.status.as_u16(),
                what: format!("byte {} of blob {}", self.position, self.descriptor.digest),
                message: None,
            });
        }
        let length: Option<u64> = answer.header(header::CONTENT_LENGTH).and_then(|text| text.parse().ok());
        if let Some(length) = length {
            let ends_at = begins_at.saturating_add(length);
            if ends_at != self.wanted.end {
                if is_rest && is_part {
                    return Err(self.no_rest(host));
                }
                return Err(self.wrong_length(host, ends_at > self.wanted.end));
            }
        }
        Ok(OpenBody { host, skip: self.position - begins_at, reader: answer.body.into_reader() })
    }

    /// A bound on one answer that also stops one that drips inside a single read. It is generous, because it counts the
    /// time that the caller takes too; what counts against the registry is [`BlobReader::check_speed`].
    fn longest(&self) -> Duration {
        let timeouts = self.session.timeouts();
        let transfer = Duration::from_secs(self.length() / timeouts.minimum_rate.max(1));
        timeouts.grace.saturating_add(transfer).saturating_mul(10)
    }

    fn check_speed(&self) -> Result<(), RegistryError> {
        let timeouts = self.session.timeouts();
        let rate = timeouts.minimum_rate.max(1);
        let allowed = timeouts.grace.saturating_add(Duration::from_secs((self.position - self.wanted.start) / rate));
        if self.waited <= allowed {
            return Ok(());
        }
        Err(RegistryError::TooSlow { host: self.session.host(), digest: self.descriptor.digest.clone(), rate })
    }

    fn wrong_length(&self, host: String, is_longer: bool) -> RegistryError {
        let digest = self.descriptor.digest.clone();
        RegistryError::WrongLength { host, digest, expected: self.length(), is_longer }
    }

    fn no_rest(&self, host: String) -> RegistryError {
        RegistryError::NoRest { host, digest: self.descriptor.digest.clone(), at_byte: self.position }
    }

    fn length(&self) -> u64 {
        self.wanted.end - self.wanted.start
    }

    fn is_part(&self) -> bool {
        self.wanted != (0..self.descriptor.size)
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_finished || buffer.is_empty() {
            return Ok(0);
        }
        match self.read_on(buffer) {
            Ok(0) => {
                self.is_finished = true;
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

/// The first byte that an answer to a range request has (RFC 9110, section 14.4).
pub(super) fn range_start(answer: &Answer) -> Option<u64> {
    let range = answer.header(header::CONTENT_RANGE)?.trim().strip_prefix("bytes")?.trim_start();
    range.split_once('-')?.0.trim().parse().ok()
}
