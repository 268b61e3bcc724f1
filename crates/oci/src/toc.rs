//! Layers with a table of contents (eStargz and zstd:chunked): only the parts of a blob that hold wanted files are
//! fetched.
//!
//! The manifest binds the table by a digest, and the table binds every part of every file, so nothing is handed out that
//! is not what the image's builder wrote. What nobody can tell without reading the whole blob is whether the table lists
//! what the blob holds: see `docs/decisions/0005-tables-of-contents.md` for when it is trusted.
//!
//! Whatever is out of the ordinary (a table that cannot be had, is too large, contradicts itself, a part that is not what
//! the table says, a host that does not send parts) is an error that says to read the whole blob instead.

mod contents;
mod estargz;
mod parts;
mod plan;
mod zstd_chunked;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use model::Digest;

use crate::entry::Entry;
use crate::image::{Image, LayerBlobs};
use contents::Contents;
use plan::Plan;

pub(crate) use contents::exercise as exercise_contents;
pub(crate) use estargz::exercise as exercise_estargz;
pub(crate) use zstd_chunked::exercise as exercise_zstd_chunked;

pub use parts::PartsReader;

/// A blob below this size is fetched whole: its table alone would cost as many round trips.
const SMALLEST_BLOB: u64 = 1 << 20;
/// The most stored bytes of a table.
const LARGEST_STORED_TABLE: u64 = 16 << 20;
/// The most bytes of a table. One of a layer with a hundred thousand files has 30 MB.
const LARGEST_TABLE: u64 = 32 << 20;

/// The table of contents of a layer, fetched and verified.
pub struct LayerContents<'a> {
    blobs: &'a dyn LayerBlobs,
    index: usize,
    size_bytes: u64,
    compression: ChunkCompression,
    contents: Contents,
}

/// The error of reading a layer by its table of contents. The whole blob can still be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadPartsError {
    /// The bytes cannot be had, or not in parts.
    #[error("cannot read a part of the layer")]
    Read(#[from] io::Error),
    /// The table does not have the digest that the manifest states.
    #[error("the table of contents has the digest {actual} instead of {expected}")]
    WrongTable {
        /// The digest that the manifest states.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
    },
    /// The table contradicts itself, or is in a form that is not read.
    #[error("the table of contents is of no use: {0}")]
    BadTable(&'static str),
    /// The table is no JSON of the expected form.
    #[error("the table of contents cannot be parsed")]
    Parse(#[from] serde_json::Error),
    /// A part of a file is not what the table says.
    #[error("a part of {path} is not what the table of contents says")]
    WrongPart {
        /// The file.
        path: String,
    },
    /// So much is wanted that the whole blob costs less.
    #[error("fetching the whole layer costs less than its wanted parts")]
    TooMuchWanted,
}

/// Where the table of a layer lies, and what the manifest says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TocPlace {
    /// Its place stands in the blob's last bytes; the digest is that of the table.
    Estargz { digest: Digest },
    /// The digest is that of the stored, compressed table.
    ZstdChunked { stored: Range<u64>, length: u64, digest: Digest },
}

/// How the parts of files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChunkCompression {
    Gzip,
    Zstd,
}

impl TocPlace {
    /// Reads the annotations of a layer of this size; nothing where there is no table, or none that is worth fetching.
    pub(crate) fn of(annotations: &BTreeMap<String, String>, size_bytes: u64) -> Option<TocPlace> {
        if size_bytes < SMALLEST_BLOB {
            return None;
        }
        // Some builders write both kinds of annotations for zstd:chunked, and never for eStargz.
        zstd_chunked::place(annotations, size_bytes).or_else(|| estargz::place(annotations))
    }

    /// The digest by which the manifest binds the table.
    pub(crate) fn digest(&self) -> &Digest {
        match self {
            TocPlace::Estargz { digest } | TocPlace::ZstdChunked { digest, .. } => digest,
        }
    }
}

impl Image {
    /// The digest by which the manifest binds the table of contents of layer `index`; nothing where the layer is to be
    /// read whole.
    pub fn contents_digest(&self, index: usize) -> Option<Digest> {
        self.blobs.toc(index).map(|place| place.digest().clone())
    }

    /// Fetches and verifies the table of contents of layer `index`; nothing where the layer is to be read whole.
    ///
    /// # Errors
    /// When the table cannot be had or used: the layer is to be read whole then as well.
    pub fn layer_contents(&self, index: usize) -> Result<Option<LayerContents<'_>>, ReadPartsError> {
        let (Some(place), Some(layer)) = (self.blobs.toc(index), self.layers.get(index)) else { return Ok(None) };
        let size_bytes = layer.size_bytes;
        let read = |part: Range<u64>, most: u64| read_part(&*self.blobs, index, part, most);
        let (compression, contents) = match &place {
            TocPlace::Estargz { digest } => (ChunkCompression::Gzip, estargz::fetch(size_bytes, digest, read)?),
            TocPlace::ZstdChunked { stored, length, digest } => {
                (ChunkCompression::Zstd, zstd_chunked::fetch(stored, *length, digest, read)?)
            }
        };
        Ok(Some(LayerContents { blobs: &*self.blobs, index, size_bytes, compression, contents }))
    }
}

impl LayerContents<'_> {
    /// Reads the entries from their beginning; the content of those that `wants` says yes to can be read.
    ///
    /// # Errors
    /// When reading the whole blob costs less, or when wanted files are kept in a form that is not read.
    pub fn reader(&self, wants: &dyn Fn(&Entry) -> bool) -> Result<PartsReader<'_>, ReadPartsError> {
        let plan = Plan::new(&self.contents, wants, self.size_bytes)?;
        Ok(PartsReader::new(self, plan))
    }
}

/// Reads a part whole, if it has at most so many bytes.
fn read_part(blobs: &dyn LayerBlobs, index: usize, part: Range<u64>, most: u64) -> Result<Vec<u8>, ReadPartsError> {
    let length = part.end.saturating_sub(part.start);
    if length > most {
        return Err(ReadPartsError::BadTable("it is too large"));
    }
    let mut bytes = Vec::new();
    blobs.open_part(index, part)?.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(bytes)
}

/// Reads a table to its end, unless it is larger than any.
fn read_table(reader: impl Read) -> Result<Vec<u8>, ReadPartsError> {
    let mut table = Vec::new();
    reader.take(LARGEST_TABLE + 1).read_to_end(&mut table)?;
    if table.len() as u64 > LARGEST_TABLE {
        return Err(ReadPartsError::BadTable("it is too large"));
    }
    Ok(table)
}
