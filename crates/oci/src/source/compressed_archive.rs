//! Compressed archives. What was found in one is remembered, so that an unchanged one need not be inflated again unless
//! somebody wants to read its layers.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Digest, Platform};
use serde::{Deserialize, Serialize};

use super::archive_files::ArchiveFiles;
use super::{Kind, OpenImageError, OpenOptions};
use crate::cache::Cache;
use crate::compression::Compression;
use crate::image::{Image, ImageConfig, Layer, LayerBlobs, LayerIdentity};
use crate::local_blob::LocalBlob;
use crate::local_layers::LocalLayers;

/// The room of the cache that holds what compressed archives have in them; the number is that of [`Record`]'s form.
const ROOM: &str = "archives-6";

/// A compressed archive on disk.
#[derive(Clone)]
pub(super) struct CompressedArchive {
    pub(super) place: String,
    pub(super) archive: LocalBlob,
    pub(super) compression: Compression,
    pub(super) kind: Kind,
}

/// What is remembered of an image in an archive.
#[derive(Serialize, Deserialize)]
struct Record {
    names: Vec<String>,
    digest: Option<Digest>,
    platform: Option<Platform>,
    config: ImageConfig,
    annotations: BTreeMap<String, String>,
    layers: Vec<RecordedLayer>,
    /// The documents of the image indexes, which are JSON and so are text.
    indexes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct RecordedLayer {
    /// The verified digest as stored.
    digest: Digest,
    diff_id: Option<Digest>,
    size_bytes: u64,
}

/// The layers of an image in a compressed archive.
struct CompressedLayers {
    archive: CompressedArchive,
    platform: Option<Platform>,
    image: Option<String>,
    names: Vec<String>,
    /// The image without its layers' verified digests.
    digest: Option<Digest>,
    offered: Option<Platform>,
    config: ImageConfig,
    annotations: BTreeMap<String, String>,
    layers: Vec<Layer>,
    indexes: Vec<Vec<u8>>,
    /// The layers in the temporary file, once there is one.
    inflated: Mutex<Option<Arc<dyn LayerBlobs>>>,
}

impl CompressedArchive {
    /// Opens the image that the options mean, from memory if the archive is unchanged.
    pub(super) fn open(self, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
        let (image, is_inflated) = match options.cache.and_then(|cache| self.recall(cache, options)) {
            Some(image) => (image, false),
            None => (self.inflate(options)?, true),
        };
        let Image { name, names, digest, platform, config, annotations, layers, indexes, blobs } = image;
        let inflated = Mutex::new(is_inflated.then_some(blobs));
        let blobs = CompressedLayers {
            archive: self,
            platform: options.platform.clone(),
            image: options.image.clone(),
            names: names.clone(),
            digest: digest.clone(),
            offered: platform.clone(),
            config: config.clone(),
            annotations: annotations.clone(),
            layers: layers.clone(),
            indexes: indexes.clone(),
            inflated,
        };
        Ok(Image { name, names, digest, platform, config, annotations, layers, indexes, blobs: Arc::new(blobs) })
    }

    fn inflate(&self, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
        let files = ArchiveFiles::from_compressed(&self.place, &self.archive, self.compression)?;
        self.kind.open(&files, options)
    }

    fn recall(&self, cache: &Cache, options: &OpenOptions<'_>) -> Option<Image> {
        let key = self.selection(options.platform.as_ref(), options.image.as_deref());
        let record: Record = serde_json::from_slice(&self.archive.recall(cache, ROOM, &key)?).ok()?;
        let layers = record.layers.into_iter().map(|layer| Layer {
            identity: LayerIdentity::Verified(layer.digest),
            diff_id: layer.diff_id,
            size_bytes: layer.size_bytes,
        });
        Some(Image {
            name: self.place.clone(),
            names: record.names,
            digest: record.digest,
            platform: record.platform,
            config: record.config,
            annotations: record.annotations,
            layers: layers.collect(),
            indexes: record.indexes.into_iter().map(String::into_bytes).collect(),
            blobs: Arc::new(LocalLayers::new(Vec::new())),
        })
    }

    /// Which of the archive's images is meant.
    fn selection(&self, platform: Option<&Platform>, image: Option<&str>) -> String {
        format!(
            "{:?} {:?} {:?}",
            self.kind,
            platform.map_or_else(Platform::native, Clone::clone),
            (platform.is_some(), image)
        )
    }
}

impl LayerBlobs for CompressedLayers {
    fn open(&self, index: usize) -> io::Result<Box<dyn Read + Send>> {
        let mut inflated = self.inflated.lock().unwrap_or_else(PoisonError::into_inner);
        let blobs = match &*inflated {
            Some(blobs) => Arc::clone(blobs),
            None => {
                let options = OpenOptions { platform: self.platform.clone(), image: self.image.clone(), cache: None };
                let image = self.archive.inflate(&options).map_err(io::Error::other)?;
                Arc::clone(inflated.insert(image.blobs))
            }
        };
        drop(inflated);
        blobs.open(index)
    }

    fn remember(&self, cache: &Cache, digests: &[Digest]) {
        if digests.len() != self.layers.len() {
            return;
        }
        let indexes: Result<Vec<String>, _> = self.indexes.iter().cloned().map(String::from_utf8).collect();
        let Ok(indexes) = indexes else { return };
        let layers = self.layers.iter().zip(digests).map(|(layer, digest)| RecordedLayer {
            digest: digest.clone(),
            diff_id: layer.diff_id.clone(),
            size_bytes: layer.size_bytes,
        });
        let record = Record {
            names: self.names.clone(),
            digest: self.digest.clone(),
            platform: self.offered.clone(),
            config: self.config.clone(),
            annotations: self.annotations.clone(),
            layers: layers.collect(),
            indexes,
        };
        if let Ok(bytes) = serde_json::to_vec(&record) {
            let key = self.archive.selection(self.platform.as_ref(), self.image.as_deref());
            self.archive.archive.remember(cache, ROOM, &key, &bytes);
        }
    }
}
