//! An opened image: its configuration, and its layers as streams, whatever source they come from.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use model::{Digest, Healthcheck, Platform};
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::companions::Companions;
use crate::local_blob::LocalBlob;
use crate::toc::TocPlace;

/// An image whose manifest and configuration have been read and verified.
pub struct Image {
    /// The name as the user gave it, without its scheme.
    pub name: String,
    /// What an archive or layout calls it (`RepoTags`, names in annotations), sorted; a tag alone may be one.
    pub names: Vec<String>,
    /// The manifest's digest; the configuration's where there is no manifest (docker archives, engines).
    pub digest: Option<Digest>,
    /// The platform that the configuration states.
    pub platform: Option<Platform>,
    /// The configuration.
    pub config: ImageConfig,
    /// The manifest's annotations; empty where there is no manifest.
    pub annotations: BTreeMap<String, String>,
    /// The layers from the base upwards.
    pub layers: Vec<Layer>,
    /// The verified documents of the image indexes (OCI image-spec, image-index.md) through which it was chosen: the one that
    /// was asked for, and those within it; none where the image itself was asked for, or nothing tells of an index.
    pub indexes: Vec<Vec<u8>>,
    /// Where the layers' bytes come from; index = place in `layers`.
    pub(crate) blobs: Arc<dyn LayerBlobs>,
}

/// What an image's configuration says (OCI image-spec, config.md).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImageConfig {
    /// `config.User`; empty where the configuration names none, and `None` where there is no configuration.
    pub user: Option<String>,
    /// `config.Env`.
    pub environment: Vec<String>,
    /// `config.Healthcheck`.
    pub healthcheck: Healthcheck,
    /// `config.ExposedPorts`, sorted.
    pub exposed_ports: Vec<String>,
    /// `config.Labels`.
    pub labels: BTreeMap<String, String>,
    /// `created`, RFC 3339.
    pub created: Option<String>,
    /// `history`, from the base upwards.
    pub history: Vec<HistoryEntry>,
    /// `rootfs.diff_ids`; `None` where there is no `rootfs`, as in what artifacts have for a configuration.
    pub diff_ids: Option<Vec<Digest>>,
    /// What else somebody wrote into it, for those who search it.
    pub texts: Vec<ConfigText>,
}

/// A text of an image's configuration that no other field has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConfigText {
    /// Where it stands: `config.Entrypoint`, `author`, `history.comment`.
    pub place: String,
    /// The text; lists are put together.
    pub text: String,
    /// The step of the history, from 0, where it is of one.
    pub step: Option<usize>,
}

impl ImageConfig {
    /// The digests of the uncompressed layers, from the base upwards, as far as the configuration claims any.
    pub(crate) fn diff_ids(&self) -> &[Digest] {
        self.diff_ids.as_deref().unwrap_or_default()
    }

    /// How many layers the configuration claims, where a manifest has another number of them: each layer has one digest in
    /// `rootfs.diff_ids` (OCI image-spec, config.md), and engines refuse an image for which that is not so. A configuration
    /// without `rootfs` claims nothing.
    pub(crate) fn other_layer_count(&self, layers_of_manifest: usize) -> Option<usize> {
        self.diff_ids.as_ref().map(Vec::len).filter(|count| *count != layers_of_manifest)
    }

    /// Notes that the image is stored in Docker's own format: what has a place there and is not there is absent.
    pub(crate) fn is_in_dockers_format(&mut self) {
        if self.healthcheck == Healthcheck::Unknown {
            self.healthcheck = Healthcheck::Absent;
        }
    }
}

/// One step of an image's history.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The command.
    pub created_by: String,
    /// Whether the step made no layer.
    pub empty_layer: bool,
}

/// One layer as the manifest describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What is known of the stored blob's digest.
    pub identity: LayerIdentity,
    /// The digest of the uncompressed layer, as the configuration claims it.
    pub diff_id: Option<Digest>,
    /// The stored blob's size in bytes.
    pub size_bytes: u64,
}

/// What is known of a stored blob's digest before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerIdentity {
    /// The blob has this digest: whatever comes from the source under it is checked against it (a registry), or the
    /// local file was verified before and has not changed since.
    Verified(Digest),
    /// A local file claims this digest; nobody has checked.
    Claimed(Digest),
    /// An engine says that the layer of this digest is what it unpacked into a folder, which nobody can check. The layer
    /// is read with [`Image::open_unpacked`], and what comes of it is kept under no digest.
    Unpacked(Digest),
    /// Nothing says what digest it has.
    Unknown,
}

/// Hands out the stored (compressed) bytes of an image's layers. Readers need not verify digests: whoever reads does.
pub(crate) trait LayerBlobs: Send + Sync {
    /// Opens the stored bytes of the layer at `index` from their beginning. The reader may be handed to a thread, and
    /// the same layer may be opened several times.
    fn open(&self, index: usize) -> io::Result<Box<dyn Read + Send>>;

    /// The place of the layer at `index` in a local file; `None` for anything else.
    fn local(&self, index: usize) -> Option<&LocalBlob> {
        let _ = index;
        None
    }

    /// Whether the layer at `index` may be had from a further place than the one that is asked now.
    fn has_further_place(&self, index: usize) -> bool {
        let _ = index;
        false
    }

    /// Has the next opening of the layer at `index` ask at the further place.
    fn go_elsewhere(&self, index: usize) {
        let _ = index;
    }

    /// Where the table of contents of the layer at `index` lies, if it has one that may be trusted.
    fn toc(&self, index: usize) -> Option<TocPlace> {
        let _ = index;
        None
    }

    /// The folder that has the layer at `index` unpacked; `None` where its bytes are at hand.
    fn folder(&self, index: usize) -> Option<&Path> {
        let _ = index;
        None
    }

    /// Opens a part of the stored bytes of the layer at `index`, where parts can be had.
    fn open_part(&self, index: usize, part: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        let _ = (index, part);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Finds what lies beside the image, where its source has a place for that.
    fn companions(&self, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
        let _ = is_wanted;
        Companions::default()
    }

    /// Remembers that the layers have these verified digests, for as long as their files are unchanged.
    fn remember(&self, cache: &Cache, digests: &[Digest]) {
        for (index, digest) in digests.iter().enumerate() {
            if let Some(blob) = self.local(index) {
                blob.remember_digest(cache, digest);
            }
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("name", &self.name).field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Image {
    /// Finds the signatures and attestations that lie beside the image; `is_wanted` says whether an artifact of a type is
    /// worth fetching, where the type may be unknown (empty). In a registry this takes requests: three for each digest
    /// that the image goes by, and more for what is found.
    pub fn companions(&self, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
        self.blobs.companions(is_wanted)
    }

    /// Whether layer `index` may be had from a further place than the one that is asked now: another mirror, or the
    /// registry itself.
    pub fn has_further_place(&self, index: usize) -> bool {
        self.blobs.has_further_place(index)
    }

    /// Has the next opening of layer `index` ask at the further place, as the one before gave other bytes than the digest
    /// says.
    pub fn go_elsewhere(&self, index: usize) {
        self.blobs.go_elsewhere(index);
    }

    /// Remembers in the cache that the local files had these verified layer digests (one for each layer, from
    /// [`crate::LayerReader::finish`] or [`Image::hash_layer`]), so that the next opening yields
    /// [`LayerIdentity::Verified`]. Does nothing for layers that do not lie in local files, and for files that changed
    /// meanwhile or shortly before.
    /// An image whose digests were all remembered costs no write.
    pub fn remember(&self, cache: &Cache, digests: &[Digest]) {
        let known = self.layers.iter().map(|layer| match &layer.identity {
            LayerIdentity::Verified(digest) => Some(digest),
            _ => None,
        });
        if !known.eq(digests.iter().map(Some)) {
            self.blobs.remember(cache, digests);
        }
    }
}
