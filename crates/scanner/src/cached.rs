//! What the cache keeps between scans: of each layer its index and what was found in its files, keyed by the digest of the
//! layer's blob and by what the readers of this build see; of an image what came of laying its layers over one another,
//! keyed by all their digests.

use std::borrow::Cow;

use model::{Digest, Distribution, Gap, Inventory, Package, RemovedPackage};
use oci::Cache;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::detect::{Detections, VisibleDetections};
use crate::found::FoundAccounts;
use crate::layer_index::LayerIndex;

/// The version of what the readers of packages see in a layer. It goes up with every change of a reader, of [`LayerIndex`]
/// or of the facts in it: an index that another build wrote would answer for files it never looked at.
const CONTENT_VERSION: u32 = 31;

/// The cache, and what tells the findings of these detectors from those of others.
#[derive(Clone, Copy)]
pub(crate) struct Cached<'a> {
    pub(crate) cache: &'a Cache,
    /// `None` where findings are not kept.
    pub(crate) fingerprint: Option<&'a str>,
}

/// What merging makes of layers: lent by who keeps it, as it is large, and owned by who reads it.
#[derive(Serialize, Deserialize)]
struct Merged<'a> {
    distribution: Cow<'a, Option<Distribution>>,
    accounts: Cow<'a, FoundAccounts>,
    packages: Cow<'a, [Package]>,
    removed: Cow<'a, [RemovedPackage]>,
    gaps: Cow<'a, [Gap]>,
}

impl Cached<'_> {
    /// The index of the layer with this digest; nothing when there is none or it cannot be read.
    pub(crate) fn index(&self, digest: &Digest) -> Option<LayerIndex> {
        self.read(&format!("layers-{CONTENT_VERSION}"), digest.hex())
    }

    /// Keeps the index of a layer. A cache that cannot be written costs time later, nothing else.
    pub(crate) fn keep_index(&self, digest: &Digest, index: &LayerIndex) {
        self.write(&format!("layers-{CONTENT_VERSION}"), digest.hex(), index);
    }

    /// The index that was made of the layer with this digest by the table of contents with that one. It is never taken for
    /// the layer's own: the table may leave out what the layer holds.
    pub(crate) fn index_by_contents(&self, digest: &Digest, contents: &Digest) -> Option<LayerIndex> {
        self.read(&format!("contents-{CONTENT_VERSION}"), &format!("{digest} {contents}"))
    }

    /// Keeps the index that was made of the layer with this digest by the table of contents with that one.
    pub(crate) fn keep_index_by_contents(&self, digest: &Digest, contents: &Digest, index: &LayerIndex) {
        self.write(&format!("contents-{CONTENT_VERSION}"), &format!("{digest} {contents}"), index);
    }

    /// What was found in the files of the layer with this digest.
    pub(crate) fn detections(&self, digest: &Digest) -> Option<Detections> {
        self.read(&format!("found-{}", self.fingerprint?), digest.hex())
    }

    /// Keeps what was found in the files of a layer.
    pub(crate) fn keep_detections(&self, digest: &Digest, detections: &Detections) {
        if let Some(fingerprint) = self.fingerprint {
            self.write(&format!("found-{fingerprint}"), digest.hex(), detections);
        }
    }

    /// The inventory of the image that has these layers, from the base upwards, but for what its configuration says; and
    /// the users that it knows.
    pub(crate) fn inventory(&self, layers: &[Digest]) -> Option<(Inventory, FoundAccounts)> {
        let merged = self.read(&format!("merged-{CONTENT_VERSION}"), &key_of(layers))?;
        let Merged { distribution, accounts, packages, removed, gaps } = merged;
        let inventory = Inventory {
            distribution: distribution.into_owned(),
            packages: packages.into_owned(),
            removed: removed.into_owned(),
            gaps: gaps.into_owned(),
            ..Inventory::default()
        };
        Some((inventory, accounts.into_owned()))
    }

    /// Keeps the inventory of an image.
    pub(crate) fn keep_inventory(&self, layers: &[Digest], inventory: &Inventory, accounts: &FoundAccounts) {
        let merged = Merged {
            distribution: Cow::Borrowed(&inventory.distribution),
            accounts: Cow::Borrowed(accounts),
            packages: Cow::Borrowed(&inventory.packages),
            removed: Cow::Borrowed(&inventory.removed),
            gaps: Cow::Borrowed(&inventory.gaps),
        };
        self.write(&format!("merged-{CONTENT_VERSION}"), &key_of(layers), &merged);
    }

    /// What is visible of what was found in the files of the image that has these layers.
    pub(crate) fn visible(&self, layers: &[Digest]) -> Option<VisibleDetections> {
        self.read(&format!("visible-{}", self.fingerprint?), &key_of(layers))
    }

    /// Keeps what is visible of what was found in the files of an image.
    pub(crate) fn keep_visible(&self, layers: &[Digest], visible: &VisibleDetections) {
        if let Some(fingerprint) = self.fingerprint {
            self.write(&format!("visible-{fingerprint}"), &key_of(layers), visible);
        }
    }

    fn read<T: DeserializeOwned>(&self, room: &str, key: &str) -> Option<T> {
        postcard::from_bytes(&self.cache.get(room, key)?).ok()
    }

    fn write<T: Serialize>(&self, room: &str, key: &str, value: &T) {
        if let Ok(bytes) = postcard::to_stdvec(value) {
            self.cache.put(room, key, &bytes);
        }
    }
}

fn key_of(layers: &[Digest]) -> String {
    layers.iter().fold(String::new(), |key, digest| key + &digest.to_string() + " ")
}
