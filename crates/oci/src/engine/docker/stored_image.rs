//! An image as its engine keeps it on this machine: a verified configuration, and one folder for each layer.
//!
//! Whoever answers on the socket may be another machine. So it names the image and the place of the store, no more: the
//! configuration in that store must have the image's digest, and the store itself must say which folder has the layer
//! of which digest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Digest, ImageName, Platform};
use rustix::fs::{Mode, OFlags};
use serde::Deserialize;

use super::{containers_storage, overlay2};
use crate::engine::{EngineAddress, EngineOptions};
use crate::image::{Image, ImageConfig, Layer, LayerIdentity};
use crate::local_layers::{LocalLayer, LocalLayers};
use crate::manifest::{MOST_LAYERS, read_config};
use crate::manifest_tree::{MAX_CONFIG_BYTES, verify};
use crate::unpacked::{is_whole, sees_marks};

/// The largest file that says one thing of a layer.
const MAX_RECORD_BYTES: u64 = 4096;

/// Which driver has unpacked an image's layers, and where.
#[derive(Debug, Default, Deserialize)]
pub(super) struct GraphDriver {
    #[serde(rename = "Name", default)]
    name: String,
    #[serde(rename = "Data", default)]
    data: Option<BTreeMap<String, String>>,
}

pub(super) struct StoredImage {
    pub(super) config: ImageConfig,
    pub(super) platform: Option<Platform>,
    /// From the base upwards.
    pub(super) layers: Vec<StoredLayer>,
}

pub(super) struct StoredLayer {
    pub(super) folder: PathBuf,
    pub(super) size_bytes: u64,
}

/// The image with the layers that its engine unpacked on this machine; `None` where any of them is not to be had.
pub(super) fn open(reference: &str, id: &str, driver: &GraphDriver, options: &EngineOptions<'_>) -> Option<Image> {
    if !matches!(options.address, EngineAddress::Unix(_)) || !sees_marks() {
        return None;
    }
    let id: Digest = if id.contains(':') { id.parse().ok()? } else { format!("sha256:{id}").parse().ok()? };
    let stored = match driver.name.as_str() {
        "overlay2" => overlay2::find(&driver.root("overlay2")?, &id)?,
        "overlay" => containers_storage::find(&driver.root("overlay")?, &id)?,
        _ => return None,
    };
    image(reference, id, stored, options)
}

/// The image of this name in a store of Podman's, whose engine is not asked; `None` where it is not complete there.
pub(super) fn open_storage(root: &Path, reference: &str, options: &EngineOptions<'_>) -> Option<Image> {
    let id = containers_storage::find_id(root, reference).filter(|_| sees_marks())?;
    let stored = containers_storage::find(root, &id)?;
    image(reference, id, stored, options)
}

fn image(reference: &str, id: Digest, stored: StoredImage, options: &EngineOptions<'_>) -> Option<Image> {
    let StoredImage { config, platform, layers: stored } = stored;
    let is_wanted = match (&options.platform, &platform) {
        (Some(wanted), Some(platform)) => wanted.accepts(platform),
        (Some(_), None) | (None, _) => true,
    };
    let is_complete = stored.len() == config.diff_ids().len() && !stored.is_empty() && stored.len() <= MOST_LAYERS;
    if !is_wanted || !is_complete || !stored.iter().all(|layer| is_whole(&layer.folder)) {
        return None;
    }
    let layers = stored.iter().zip(config.diff_ids()).map(|(layer, diff_id)| Layer {
        identity: LayerIdentity::Unpacked(diff_id.clone()),
        diff_id: Some(diff_id.clone()),
        size_bytes: layer.size_bytes,
    });
    Some(Image {
        name: reference.to_owned(),
        names: name_of(reference, &id).into_iter().collect(),
        digest: Some(id),
        platform,
        layers: layers.collect(),
        config,
        annotations: BTreeMap::new(),
        indexes: Vec::new(),
        blobs: Arc::new(LocalLayers::new(stored.into_iter().map(|layer| LocalLayer::Folder(layer.folder)).collect())),
    })
}

impl GraphDriver {
    /// Whether there is one: an image in containerd's store has none, or one without a name.
    pub(super) fn is_named(&self) -> bool {
        !self.name.is_empty()
    }

    /// The folder of the store, from that of the uppermost layer: `ROOT/DRIVER/NAME/diff`.
    fn root(&self, driver: &str) -> Option<PathBuf> {
        let upper = Path::new(self.data.as_ref()?.get("UpperDir")?);
        let layers = upper.parent()?.parent()?;
        let fits = upper.is_absolute() && upper.ends_with("diff") && layers.ends_with(driver);
        layers.parent().filter(|_| fits).map(Path::to_owned)
    }
}

/// The name by which the image was asked for, as an export of it would have it; none where it was asked for by its id.
fn name_of(reference: &str, id: &Digest) -> Option<String> {
    let named = reference.parse::<ImageName>().ok()?;
    let is_id = id.hex().starts_with(reference) || named.digest().is_some();
    let has_tag = reference.rsplit('/').next().is_some_and(|end| end.contains(':'));
    let name = || if has_tag { reference.to_owned() } else { format!("{reference}:latest") };
    (!is_id).then(name)
}

/// Reads a configuration, which must have the digest. It is taken as engines export it, which is in Docker's format.
pub(super) fn read_config_file(path: &Path, id: &Digest) -> Option<(ImageConfig, Option<Platform>)> {
    let bytes = read_bounded(path, MAX_CONFIG_BYTES)?;
    verify(&bytes, id).ok()?;
    let (mut config, platform) = read_config(&bytes).ok()?;
    config.is_in_dockers_format();
    Some((config, platform))
}

/// Reads a short text.
pub(super) fn read_small(path: &Path) -> Option<String> {
    String::from_utf8(read_bounded(path, MAX_RECORD_BYTES)?).ok()
}

/// Reads a plain file of at most `limit` bytes; it is not waited for, whatever lies there.
pub(super) fn read_bounded(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= limit).then_some(bytes)
}

/// Whether a text is the id of a layer: it becomes a part of a path.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
