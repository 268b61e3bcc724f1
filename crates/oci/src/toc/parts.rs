//! Reads wanted files from parts of a blob.

use std::io::{self, Read};
use std::ops::Range;

use flate2::read::GzDecoder;

use super::contents::Chunk;
use super::plan::Plan;
use super::{ChunkCompression, LayerContents, ReadPartsError};
use crate::compression::{Compression, inflate_once};
use crate::entry::{Entry, EntryStream, ReadEntriesError};
use crate::stored::digest_of;

/// The entries of a layer by its table of contents. Nothing is fetched before a wanted content is read.
pub struct PartsReader<'a> {
    layer: &'a LayerContents<'a>,
    wanted: Vec<bool>,
    next: usize,
    content: Content<'a>,
}

/// The content of one entry after the other.
struct Content<'a> {
    layer: &'a LayerContents<'a>,
    fetch: Fetch<'a>,
    /// The parts of the present entry that are still to be read.
    left: Range<usize>,
    path: String,
    /// Whether the present entry may be read.
    is_wanted: bool,
    /// The present part, verified.
    bytes: io::Cursor<Vec<u8>>,
    /// How many zeroes the present part has left.
    zeroes: u64,
    failure: Option<ReadPartsError>,
}

/// The requests of a plan, one after the other.
struct Fetch<'a> {
    layer: &'a LayerContents<'a>,
    requests: std::vec::IntoIter<Range<u64>>,
    open: Option<OpenPart>,
}

struct OpenPart {
    reader: Box<dyn Read + Send>,
    /// What is left of it.
    range: Range<u64>,
}

impl<'a> PartsReader<'a> {
    pub(super) fn new(layer: &'a LayerContents<'a>, plan: Plan) -> PartsReader<'a> {
        let fetch = Fetch { layer, requests: plan.requests.into_iter(), open: None };
        let content = Content {
            layer,
            fetch,
            left: 0..0,
            path: String::new(),
            is_wanted: false,
            bytes: io::Cursor::default(),
            zeroes: 0,
            failure: None,
        };
        PartsReader { layer, wanted: plan.wanted, next: 0, content }
    }

    /// Ends reading.
    ///
    /// # Errors
    /// When any content could not be had or was not what the table says: what was read must be forgotten.
    pub fn finish(self) -> Result<(), ReadPartsError> {
        self.content.failure.map_or(Ok(()), Err)
    }
}

impl EntryStream for PartsReader<'_> {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        let Some(listed) = self.layer.contents.entries.get(self.next) else {
            self.content.turn_to(0..0, "", false);
            return Ok(None);
        };
        let is_wanted = self.wanted.get(self.next).is_some_and(|is_wanted| *is_wanted);
        self.content.turn_to(listed.chunks.clone(), listed.entry.path.as_str(), is_wanted);
        self.next += 1;
        Ok(Some(listed.entry.clone()))
    }

    fn content(&mut self) -> &mut dyn Read {
        &mut self.content
    }

    fn has_every_content(&self) -> bool {
        false
    }
}

impl Content<'_> {
    fn turn_to(&mut self, chunks: Range<usize>, path: &str, is_wanted: bool) {
        self.left = chunks;
        self.path.clear();
        self.path.push_str(path);
        self.is_wanted = is_wanted;
        self.bytes = io::Cursor::default();
        self.zeroes = 0;
    }

    /// Makes the next part the present one.
    fn load(&mut self, number: usize) -> Result<(), ReadPartsError> {
        let Some(chunk) = self.layer.contents.chunks.get(number).filter(|_| self.is_wanted) else {
            return Err(ReadPartsError::BadTable("a file was read that nobody asked for"));
        };
        if chunk.stored.is_empty() {
            self.zeroes = chunk.size_bytes;
            return Ok(());
        }
        // What was read of the last part is let go before the next one takes its room.
        self.bytes = io::Cursor::default();
        let stored = self.fetch.read(&chunk.stored)?;
        let bytes = inflate(self.layer.compression, &stored, chunk);
        let bytes = bytes.ok_or_else(|| ReadPartsError::WrongPart { path: self.path.clone() })?;
        self.bytes = io::Cursor::new(bytes);
        Ok(())
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.failure.is_some() {
                return Err(io::Error::other("a part of the layer could not be had"));
            }
            if self.zeroes > 0 {
                let count = usize::try_from(self.zeroes).unwrap_or(usize::MAX).min(buffer.len());
                buffer[..count].fill(0);
                self.zeroes -= count as u64;
                return Ok(count);
            }
            let count = self.bytes.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(number) = self.left.next() else { return Ok(0) };
            self.failure = self.load(number).err();
        }
    }
}

impl Fetch<'_> {
    /// The bytes of the blob at this place, which lies behind all places before it.
    fn read(&mut self, place: &Range<u64>) -> Result<Vec<u8>, ReadPartsError> {
        let mut part = match self.open.take() {
            Some(part) if part.range.end >= place.end => part,
            _ => self.next_part(place)?,
        };
        let skip = place.start.checked_sub(part.range.start);
        let skip = skip.ok_or(ReadPartsError::BadTable("parts of files are not in order"))?;
        let skipped = io::copy(&mut (&mut part.reader).take(skip), &mut io::sink())?;
        let length = place.end - place.start;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        (&mut part.reader).take(length).read_to_end(&mut bytes)?;
        if skipped != skip || bytes.len() as u64 != length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        part.range.start = place.end;
        self.open = (!part.range.is_empty()).then_some(part);
        Ok(bytes)
    }

    /// Opens the request that holds this place; those before it turned out not to be needed.
    fn next_part(&mut self, place: &Range<u64>) -> Result<OpenPart, ReadPartsError> {
        let range = self.requests.find(|range| range.end >= place.end);
        let range = range.ok_or(ReadPartsError::BadTable("parts of files are not in order"))?;
        // What lies before the first content that is read need not travel.
        let range = place.start.max(range.start)..range.end;
        Ok(OpenPart { reader: self.layer.blobs.open_part(self.layer.index, range.clone())?, range })
    }
}

/// The content of a part, if it is what the table says.
fn inflate(compression: ChunkCompression, stored: &[u8], chunk: &Chunk) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(chunk.size_bytes).ok()?);
    match compression {
        ChunkCompression::Gzip => GzDecoder::new(stored).take(chunk.size_bytes).read_to_end(&mut bytes),
        ChunkCompression::Zstd => {
            inflate_once(Compression::Zstd, stored).ok()?.take(chunk.size_bytes).read_to_end(&mut bytes)
        }
    }
    .ok()?;
    let expected = chunk.digest.as_ref()?;
    let is_right = bytes.len() as u64 == chunk.size_bytes && digest_of(expected.algorithm(), &bytes) == *expected;
    is_right.then_some(bytes)
}
