//! Docker's own store: layers that its `overlay2` driver has unpacked (moby, image/fs.go and layer/filestore.go).

use std::path::Path;

use model::Digest;

use super::super::chain_id::chain_id;
use super::stored_image::{StoredImage, StoredLayer, read_config_file, read_small};

/// The most letters of a folder's name; they are 64.
const MAX_NAME_LETTERS: usize = 128;

/// Finds the image in Docker's folder. Nothing comes back where a part is missing or does not fit the image's digests.
pub(super) fn find(root: &Path, id: &Digest) -> Option<StoredImage> {
    let store = root.join("image/overlay2");
    let images = store.join("imagedb/content").join(id.algorithm().as_str());
    let (config, platform) = read_config_file(&images.join(id.hex()), id)?;
    let mut layers = Vec::with_capacity(config.diff_ids().len());
    for (index, diff_id) in config.diff_ids().iter().enumerate() {
        let chain = chain_id(config.diff_ids().get(..=index)?)?;
        let record = store.join("layerdb").join(chain.algorithm().as_str()).join(chain.hex());
        if read_small(&record.join("diff"))?.trim() != diff_id.to_string() {
            return None;
        }
        let name = read_small(&record.join("cache-id"))?;
        let name = name.trim();
        if !is_name(name) {
            return None;
        }
        let size_bytes = read_small(&record.join("size")).and_then(|size| size.trim().parse().ok()).unwrap_or(0);
        layers.push(StoredLayer { folder: root.join("overlay2").join(name).join("diff"), size_bytes });
    }
    Some(StoredImage { config, platform, layers })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME_LETTERS && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
