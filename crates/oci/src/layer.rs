//! A layer as a stream of entries, verified while it is read (OCI image-spec, layer.md).

mod bytes;

use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Digest, DigestAlgorithm, UntrustedPath};

use crate::compression::{Compression, MAGIC_BYTES, Reopen, UnsupportedCompression, read_full};
use crate::entry::{Entry, EntryStream, ReadEntriesError};
use crate::image::{Image, LayerBlobs, LayerIdentity};
use crate::read_ahead::ReadAhead;
use crate::stored::StoredBytes;
use crate::tar::{SkipRead, TarReader};
use crate::unpacked::UnpackedLayer;

pub use bytes::Alone;
use bytes::{INFLATED_CHUNK, STORED_CHUNK};

/// A layer being read, entry after entry: with the help of two threads ([`ReadAhead`]), or by the thread that wants the
/// entries alone ([`Alone`]).
pub struct LayerReader<'a, B = ReadAhead> {
    image: &'a Image,
    index: usize,
    tar: TarReader<B>,
    stored: StoredBytes,
    /// The stored bytes when they had to be read a second time.
    second: Arc<Mutex<Option<StoredBytes>>>,
}

/// The error of opening a layer, or of hashing it.
#[derive(Debug, thiserror::Error)]
pub enum OpenLayerError {
    /// The image has fewer layers.
    #[error("there is no layer {index}: the image has {count}")]
    NoSuchLayer {
        /// The place that was asked for, from 0.
        index: usize,
        /// How many layers there are.
        count: usize,
    },
    /// Its bytes cannot be had.
    #[error("cannot read {layer}")]
    Read {
        /// The layer, as a person knows it.
        layer: Arc<str>,
        /// The cause.
        source: io::Error,
    },
    /// It is compressed in a way that is not read.
    #[error("cannot inflate {layer}")]
    Compression {
        /// The layer, as a person knows it.
        layer: Arc<str>,
        /// The compression.
        source: UnsupportedCompression,
    },
    /// Its bytes are others than its digest says.
    #[error("{layer} is not what it claims to be: its bytes have the digest {actual}")]
    WrongDigest {
        /// The layer with the claimed digest, as a person knows it.
        layer: Arc<str>,
        /// The digest of its bytes.
        actual: Digest,
    },
}

/// The error of finishing a layer.
#[derive(Debug, thiserror::Error)]
pub enum FinishLayerError {
    /// The rest of its bytes cannot be read.
    #[error("cannot read {layer} to its end")]
    Read {
        /// The layer, as a person knows it.
        layer: Arc<str>,
        /// The cause.
        source: io::Error,
    },
    /// Its bytes are others than its digest says: nothing that was read from it can be trusted.
    #[error("{layer} is not what it claims to be: its bytes have the digest {actual}")]
    WrongDigest {
        /// The layer with the claimed digest, as a person knows it.
        layer: Arc<str>,
        /// The digest of its bytes.
        actual: Digest,
    },
    /// It was read twice, and the second time other bytes came.
    #[error("{layer} changed while it was read")]
    Changed {
        /// The layer, as a person knows it.
        layer: Arc<str>,
    },
}

impl Image {
    /// Opens layer `index`: entries come out, and the stored bytes are hashed while they are read. Two threads help: one
    /// reads and hashes the stored bytes, one inflates them.
    ///
    /// # Errors
    /// When its bytes cannot be had, or are compressed in a way that is not read.
    pub fn open_layer(&self, index: usize) -> Result<LayerReader<'_>, OpenLayerError> {
        self.open_with(index, bytes::ahead)
    }

    /// As [`Image::open_layer`], without further threads. What has just been hashed and inflated is still in the caches of
    /// the processor, and nobody waits for anybody: where every processor has a layer of its own this saves a twentieth of
    /// the time; where one is idle, or the bytes come over a network, it takes longer.
    ///
    /// # Errors
    /// As [`Image::open_layer`].
    pub fn open_layer_alone(&self, index: usize) -> Result<LayerReader<'_, Alone>, OpenLayerError> {
        self.open_with(index, Alone::new)
    }

    /// Whether the stored bytes of layer `index` lie in a local file.
    pub fn is_layer_local(&self, index: usize) -> bool {
        self.blobs.local(index).is_some()
    }

    fn open_with<B: SkipRead>(
        &self,
        index: usize,
        start: impl FnOnce(Box<dyn Read + Send>, Compression, Reopen<'static>) -> io::Result<B>,
    ) -> Result<LayerReader<'_, B>, OpenLayerError> {
        let label = self.layer_label(index)?;
        let cannot_read = |source| OpenLayerError::Read { layer: label.clone(), source };
        let algorithm = self.layer_algorithm(index);
        let stored = StoredBytes::new(self.blobs.open(index).map_err(cannot_read)?, algorithm);
        let second = Arc::new(Mutex::new(None));
        let mut head = [0; MAGIC_BYTES];
        let head_length = read_full(&mut stored.clone(), &mut head).map_err(cannot_read)?;
        let compression = Compression::of(&head[..head_length])
            .map_err(|source| OpenLayerError::Compression { layer: label.clone(), source })?;
        let all = io::Cursor::new(head).take(head_length as u64).chain(stored.clone());
        let reopen = {
            let (blobs, second): (Arc<dyn LayerBlobs>, _) = (self.blobs.clone(), Arc::clone(&second));
            move || {
                let again = StoredBytes::new(blobs.open(index)?, algorithm);
                *second.lock().unwrap_or_else(PoisonError::into_inner) = Some(again.clone());
                Ok(Box::new(BufReader::with_capacity(STORED_CHUNK, again)) as Box<dyn BufRead + Send>)
            }
        };
        let bytes = start(Box::new(all), compression, Box::new(reopen)).map_err(cannot_read)?;
        Ok(LayerReader { image: self, index, tar: TarReader::new(bytes, label), stored, second })
    }

    /// Opens layer `index` where an engine has unpacked it, if its identity is [`LayerIdentity::Unpacked`].
    ///
    /// # Errors
    /// When it is not unpacked, or its folder cannot be read.
    pub fn open_unpacked(&self, index: usize) -> Result<UnpackedLayer, OpenLayerError> {
        let layer = self.layer_label(index)?;
        match self.blobs.folder(index) {
            Some(folder) => UnpackedLayer::open(folder, layer),
            None => Err(OpenLayerError::Read { layer, source: io::ErrorKind::NotFound.into() }),
        }
    }

    /// Reads the stored bytes of layer `index` without inflating them and gives their digest.
    ///
    /// # Errors
    /// When they cannot be read, or when the digest differs from the claimed one.
    pub fn hash_layer(&self, index: usize) -> Result<Digest, OpenLayerError> {
        let layer = self.layer_label(index)?;
        let hashed = self.blobs.open(index).and_then(|reader| {
            StoredBytes::new(reader, self.layer_algorithm(index)).finish(&mut vec![0; INFLATED_CHUNK])
        });
        match hashed {
            Ok(actual) if self.claims_otherwise(index, &actual) => Err(OpenLayerError::WrongDigest { layer, actual }),
            Ok(actual) => Ok(actual),
            Err(source) => Err(OpenLayerError::Read { layer, source }),
        }
    }

    /// How errors name layer `index`.
    fn layer_label(&self, index: usize) -> Result<Arc<str>, OpenLayerError> {
        let count = self.layers.len();
        let layer = self.layers.get(index).ok_or(OpenLayerError::NoSuchLayer { index, count })?;
        let number = index + 1;
        Ok(match layer.identity.digest() {
            Some(digest) => format!("layer {number} of {count} ({digest}) of {}", self.name).into(),
            None => format!("layer {number} of {count} of {}", self.name).into(),
        })
    }

    fn layer_algorithm(&self, index: usize) -> DigestAlgorithm {
        let claimed = self.layers.get(index).and_then(|layer| layer.identity.digest());
        claimed.map_or(DigestAlgorithm::Sha256, Digest::algorithm)
    }

    fn claims_otherwise(&self, index: usize, actual: &Digest) -> bool {
        let claimed = self.layers.get(index).and_then(|layer| layer.identity.digest());
        claimed.is_some_and(|claimed| claimed != actual)
    }
}

impl LayerIdentity {
    /// The digest, whether anybody has checked it or not.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            LayerIdentity::Verified(digest) | LayerIdentity::Claimed(digest) | LayerIdentity::Unpacked(digest) => {
                Some(digest)
            }
            LayerIdentity::Unknown => None,
        }
    }
}

impl<B: SkipRead> LayerReader<'_, B> {
    /// Reads the stored bytes to their end, checks their digest against what was claimed, and returns the true digest.
    /// What lies behind the end of the tar archive is hashed and not inflated.
    ///
    /// # Errors
    /// When the rest cannot be read, or the digest is another: then the entries must be forgotten.
    pub fn finish(self) -> Result<Digest, FinishLayerError> {
        let LayerReader { image, index, tar, stored, second } = self;
        let layer = tar.container();
        // The helping threads end here, and the stored bytes are read on from where they stopped.
        drop(tar);
        let mut buffer = vec![0; STORED_CHUNK];
        let cannot_read = |source| FinishLayerError::Read { layer: layer.clone(), source };
        let actual = stored.finish(&mut buffer).map_err(cannot_read)?;
        if image.claims_otherwise(index, &actual) {
            return Err(FinishLayerError::WrongDigest { layer, actual });
        }
        let second = second.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(second) = second
            && second.finish(&mut buffer).map_err(cannot_read)? != actual
        {
            return Err(FinishLayerError::Changed { layer });
        }
        Ok(actual)
    }
}

impl<B: SkipRead> EntryStream for LayerReader<'_, B> {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        self.tar.next_entry()
    }

    fn content(&mut self) -> &mut dyn Read {
        self.tar.content()
    }
}

/// What the path of an entry says about the layers below (OCI image-spec, layer.md, Whiteouts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerPath {
    /// An entry like any other.
    Plain,
    /// The file or folder that it hides in the layers below.
    Whiteout(UntrustedPath),
    /// The folder of which everything in the layers below is hidden.
    Opaque(UntrustedPath),
    /// Book-keeping of the AUFS storage driver (`.wh..wh.plnk` and the like) or a whiteout without a name: in no root
    /// file system.
    Metadata,
}

impl LayerPath {
    /// Tells what `path` says. A whiteout without a name, or one that names `.` or `..`, hides nothing: some programs
    /// that unpack images refuse it, others remove whole folders, and what may still be there must be seen.
    pub fn of(path: &UntrustedPath) -> LayerPath {
        let name = path.file_name();
        if path.as_str().starts_with(".wh..wh.") && name != ".wh..wh..opq" {
            return LayerPath::Metadata;
        }
        match name.strip_prefix(".wh.") {
            None => LayerPath::Plain,
            Some(".wh..opq") => LayerPath::Opaque(UntrustedPath::normalise(path.parent())),
            Some(hidden) if hidden.starts_with(".wh.") => LayerPath::Metadata,
            Some("" | "." | "..") => LayerPath::Metadata,
            Some(hidden) => LayerPath::Whiteout(UntrustedPath::normalise(&format!("{}/{hidden}", path.parent()))),
        }
    }
}

#[cfg(test)]
mod tests;
