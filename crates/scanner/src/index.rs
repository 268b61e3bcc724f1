//! Layers in, inventory out.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use model::{Digest, ImageFacts, Inventory, LayerFacts};
use oci::{Cache, EntryStream, Image, LayerIdentity, ReadEntriesError};

use crate::layer_index::{LayerIndex, MissingLinks, index_entries, read_links};
use crate::{by_contents, cached, merge};

/// How to index.
#[derive(Default)]
pub struct IndexOptions<'a> {
    /// Where indexes of layers are kept between scans.
    pub cache: Option<&'a Cache>,
    /// How many layers are read at once; 0 counts as 1.
    pub threads: usize,
}

/// The error of indexing an image: a layer cannot be had, so that nothing could be said of the image.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A layer cannot be opened or its blob cannot be read.
    #[error("cannot open layer {number} of {image}")]
    OpenLayer {
        /// Place of the layer, from 1 at the base.
        number: usize,
        /// The image's name.
        image: String,
        /// The cause.
        source: oci::OpenLayerError,
    },
    /// The layer's archive is damaged or ends early.
    #[error("cannot read layer {number} of {image}")]
    ReadLayer {
        /// Place of the layer, from 1 at the base.
        number: usize,
        /// The image's name.
        image: String,
        /// The cause.
        source: ReadEntriesError,
    },
    /// The layer's bytes are not those that its digest promises.
    #[error("layer {number} of {image} is not what it claims to be")]
    FinishLayer {
        /// Place of the layer, from 1 at the base.
        number: usize,
        /// The image's name.
        image: String,
        /// The cause.
        source: oci::FinishLayerError,
    },
}

/// Indexes an image: every layer once, several at a time, with the cache's help.
///
/// # Errors
/// When a layer cannot be read or is not what its digest says.
pub fn index_image(image: &Image, options: &IndexOptions<'_>) -> Result<Inventory, IndexError> {
    let (mut inventory, digests) = match options.cache.and_then(|cache| known_image(image, cache)) {
        Some(known) => known,
        None => {
            let layers = index_layers(image, options)?;
            let is_whole = layers.iter().all(|layer| layer.is_whole);
            let (indexes, digests): (Vec<LayerIndex>, Vec<Digest>) =
                layers.into_iter().map(|layer| (layer.index, layer.digest)).unzip();
            let inventory = merge::merge(&indexes, true);
            // What rests on a table of contents, or on what an engine unpacked, does not stand for the layers' digests.
            if let Some(cache) = options.cache.filter(|_| is_whole) {
                cached::put_merged(cache, digests.iter(), &inventory);
            }
            (inventory, digests)
        }
    };
    if let Some(cache) = options.cache {
        image.remember(cache, &digests);
    }
    inventory.image = Some(image_facts(image, digests));
    Ok(inventory)
}

/// What the cache has of the image as a whole, if the digests of all its layers are certain.
fn known_image(image: &Image, cache: &Cache) -> Option<(Inventory, Vec<Digest>)> {
    let verified = image.layers.iter().map(|layer| match &layer.identity {
        LayerIdentity::Verified(digest) => Some(digest.clone()),
        LayerIdentity::Claimed(_) | LayerIdentity::Unpacked(_) | LayerIdentity::Unknown => None,
    });
    let digests: Vec<Digest> = verified.collect::<Option<_>>()?;
    let inventory = cached::get_merged(cache, digests.iter())?;
    Some((inventory, digests))
}

/// Indexes a folder, the host or a container's root.
///
/// # Errors
/// When the folder itself cannot be read; what lies in it and cannot be read is a gap.
pub fn index_tree(tree: &mut dyn EntryStream) -> Result<Inventory, ReadEntriesError> {
    // In a folder every name of a file is a file: there are no links to complete.
    let (index, _) = index_entries(tree)?;
    Ok(merge::merge(&[index], false))
}

/// What came of one layer.
struct IndexedLayer {
    index: LayerIndex,
    digest: Digest,
    /// Whether the whole blob was read, rather than what its table of contents lists or an engine unpacked.
    is_whole: bool,
}

fn index_layers(image: &Image, options: &IndexOptions<'_>) -> Result<Vec<IndexedLayer>, IndexError> {
    // The largest first, so that no thread is left alone with it at the end.
    let mut order: Vec<usize> = (0..image.layers.len()).collect();
    order.sort_by_key(|number| std::cmp::Reverse(image.layers[*number].size_bytes));
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Result<IndexedLayer, IndexError>>> = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(&number) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = index_layer(image, number, options.cache);
            let failed = outcome.is_err();
            done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(number, outcome);
            if failed {
                next.store(order.len(), Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..options.threads.clamp(1, order.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    let done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    done.into_values().collect()
}

fn index_layer(image: &Image, number: usize, cache: Option<&Cache>) -> Result<IndexedLayer, IndexError> {
    if let LayerIdentity::Unpacked(digest) = &image.layers[number].identity {
        return Ok(IndexedLayer { index: read_unpacked(image, number)?, digest: digest.clone(), is_whole: false });
    }
    if let Some(cache) = cache
        && let Some((index, digest)) = cached_layer(image, number, cache)?
    {
        return Ok(IndexedLayer { index, digest, is_whole: true });
    }
    if let Some((index, digest)) = by_contents::index_layer(image, number, cache) {
        return Ok(IndexedLayer { index, digest, is_whole: false });
    }
    let (mut index, links, digest) = read_layer(image, number)?;
    if !links.is_empty() {
        let mut reader = image.open_layer(number).map_err(|source| open_error(image, number, source))?;
        read_links(&mut reader, links, &mut index).map_err(|source| read_error(image, number, source))?;
    }
    if let Some(cache) = cache {
        cached::put(cache, &digest, &index);
    }
    Ok(IndexedLayer { index, digest, is_whole: true })
}

/// The layer's index from the cache, if it is there and the layer's digest is certain.
fn cached_layer(image: &Image, number: usize, cache: &Cache) -> Result<Option<(LayerIndex, Digest)>, IndexError> {
    match &image.layers[number].identity {
        LayerIdentity::Verified(digest) => Ok(cached::get(cache, digest).map(|index| (index, digest.clone()))),
        LayerIdentity::Claimed(digest) => match cached::get(cache, digest) {
            // Hashing alone is several times cheaper than inflating; a claim that proves false is an error here.
            Some(index) => {
                let digest = image.hash_layer(number).map_err(|source| open_error(image, number, source))?;
                Ok(Some((index, digest)))
            }
            None => Ok(None),
        },
        LayerIdentity::Unpacked(_) | LayerIdentity::Unknown => Ok(None),
    }
}

/// Reads a layer from the folder into which an engine unpacked it: every name of a file is a file there, so that there
/// are no links to complete.
fn read_unpacked(image: &Image, number: usize) -> Result<LayerIndex, IndexError> {
    let mut reader = image.open_unpacked(number).map_err(|source| open_error(image, number, source))?;
    let (mut index, _) = index_entries(&mut reader).map_err(|source| read_error(image, number, source))?;
    index.gaps.extend(reader.finish().map_err(|source| read_error(image, number, source))?);
    Ok(index)
}

fn read_layer(image: &Image, number: usize) -> Result<(LayerIndex, MissingLinks, Digest), IndexError> {
    let mut reader = image.open_layer(number).map_err(|source| open_error(image, number, source))?;
    let (index, links) = index_entries(&mut reader).map_err(|source| read_error(image, number, source))?;
    let digest = reader.finish().map_err(|source| IndexError::FinishLayer {
        number: number + 1,
        image: image.name.clone(),
        source,
    })?;
    Ok((index, links, digest))
}

fn open_error(image: &Image, number: usize, source: oci::OpenLayerError) -> IndexError {
    IndexError::OpenLayer { number: number + 1, image: image.name.clone(), source }
}

fn read_error(image: &Image, number: usize, source: ReadEntriesError) -> IndexError {
    IndexError::ReadLayer { number: number + 1, image: image.name.clone(), source }
}

/// What the image's configuration says, with its history spread over its layers.
fn image_facts(image: &Image, digests: Vec<Digest>) -> ImageFacts {
    let (empty, filled): (Vec<_>, Vec<_>) = image.config.history.iter().partition(|entry| entry.empty_layer);
    // A history that does not fit its layers tells nothing certain about any of them.
    let fits = filled.len() == image.layers.len();
    let layers = image.layers.iter().zip(digests).enumerate().map(|(number, (layer, digest))| LayerFacts {
        digest: Some(digest),
        diff_id: layer.diff_id.clone(),
        created_by: fits.then(|| filled[number].created_by.clone()).filter(|command| !command.is_empty()),
        size_bytes: layer.size_bytes,
        base: None,
    });
    ImageFacts {
        user: image.config.user.clone(),
        labels: image.config.labels.clone(),
        annotations: image.annotations.clone(),
        environment: image.config.environment.clone(),
        created: image.config.created.clone(),
        layers: layers.collect(),
        empty_history: empty.into_iter().map(|entry| entry.created_by.clone()).collect(),
        base: None,
    }
}
