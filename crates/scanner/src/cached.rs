//! Layer indexes in the cache, keyed by the digest of the layer's blob and by what the detectors of this build see; and
//! what came of laying the layers of an image over one another, keyed by all their digests.

use model::{Digest, Distribution, Gap, Inventory, Package, RemovedPackage};
use oci::Cache;
use serde::{Deserialize, Serialize};

use crate::layer_index::LayerIndex;

/// The version of what detectors see in a layer. It goes up with every change of a reader, of [`LayerIndex`] or of the
/// facts in it: an index that another build wrote would answer for files it never looked at.
const CONTENT_VERSION: u32 = 2;

fn room() -> String {
    format!("layers-{CONTENT_VERSION}")
}

fn contents_room() -> String {
    format!("contents-{CONTENT_VERSION}")
}

fn merged_room() -> String {
    format!("merged-{CONTENT_VERSION}")
}

/// What merging makes of layers.
#[derive(Serialize, Deserialize)]
struct Merged {
    distribution: Option<Distribution>,
    packages: Vec<Package>,
    removed: Vec<RemovedPackage>,
    gaps: Vec<Gap>,
}

/// The index of the layer with this digest; nothing when there is none or it cannot be read.
pub(crate) fn get(cache: &Cache, digest: &Digest) -> Option<LayerIndex> {
    let bytes = cache.get(&room(), digest.hex())?;
    postcard::from_bytes(&bytes).ok()
}

/// Keeps the index of the layer with this digest. A cache that cannot be written costs time later, nothing else.
pub(crate) fn put(cache: &Cache, digest: &Digest, index: &LayerIndex) {
    if let Ok(bytes) = postcard::to_stdvec(index) {
        cache.put(&room(), digest.hex(), &bytes);
    }
}

/// The index that was made of the layer with this digest by the table of contents with that one. It is never taken for
/// the layer's own: the table may leave out what the layer holds.
pub(crate) fn get_by_contents(cache: &Cache, digest: &Digest, contents: &Digest) -> Option<LayerIndex> {
    let bytes = cache.get(&contents_room(), &format!("{digest} {contents}"))?;
    postcard::from_bytes(&bytes).ok()
}

/// Keeps the index that was made of the layer with this digest by the table of contents with that one.
pub(crate) fn put_by_contents(cache: &Cache, digest: &Digest, contents: &Digest, index: &LayerIndex) {
    if let Ok(bytes) = postcard::to_stdvec(index) {
        cache.put(&contents_room(), &format!("{digest} {contents}"), &bytes);
    }
}

/// The inventory of the image that has these layers, from the base upwards, but for what its configuration says.
pub(crate) fn get_merged<'a>(cache: &Cache, layers: impl Iterator<Item = &'a Digest>) -> Option<Inventory> {
    let bytes = cache.get(&merged_room(), &merged_key(layers))?;
    let Merged { distribution, packages, removed, gaps } = postcard::from_bytes(&bytes).ok()?;
    Some(Inventory { distribution, packages, removed, gaps, ..Inventory::default() })
}

/// Keeps the inventory of the image that has these layers.
pub(crate) fn put_merged<'a>(cache: &Cache, layers: impl Iterator<Item = &'a Digest>, inventory: &Inventory) {
    let Inventory { distribution, image: _, packages, removed, gaps } = inventory.clone();
    if let Ok(bytes) = postcard::to_stdvec(&Merged { distribution, packages, removed, gaps }) {
        cache.put(&merged_room(), &merged_key(layers), &bytes);
    }
}

fn merged_key<'a>(layers: impl Iterator<Item = &'a Digest>) -> String {
    layers.fold(String::new(), |key, digest| key + &digest.to_string() + " ")
}
