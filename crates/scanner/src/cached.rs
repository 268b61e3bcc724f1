//! Layer indexes in the cache, keyed by the digest of the layer's blob and by what the detectors of this build see.

use model::Digest;
use oci::Cache;

use crate::layer_index::LayerIndex;

/// The version of what detectors see in a layer. It goes up with every change of a reader, of [`LayerIndex`] or of the
/// facts in it: an index that another build wrote would answer for files it never looked at.
const CONTENT_VERSION: u32 = 2;

fn room() -> String {
    format!("layers-{CONTENT_VERSION}")
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
