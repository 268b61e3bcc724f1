//! What an image says about itself.

use std::collections::BTreeMap;

use crate::Digest;

/// The facts of an image that its configuration tells (OCI image-spec, config.md).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageFacts {
    /// `config.User`; empty means the superuser.
    pub user: String,
    /// `config.Labels`.
    pub labels: BTreeMap<String, String>,
    /// `config.Env`, `NAME=value`, in the order given.
    pub environment: Vec<String>,
    /// When the image was made, RFC 3339, as its configuration says.
    pub created: Option<String>,
    /// The layers from the base upwards.
    pub layers: Vec<LayerFacts>,
    /// The commands of the history that made no layer, from the base upwards.
    pub empty_history: Vec<String>,
}

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFacts {
    /// The digest of the blob as stored, verified; `None` when the layer was never stored as a blob.
    pub digest: Option<Digest>,
    /// The digest of the uncompressed layer, as the configuration claims it.
    pub diff_id: Option<Digest>,
    /// The command that made it, from the history.
    pub created_by: Option<String>,
    /// The blob's size as stored, in bytes.
    pub size_bytes: u64,
    /// Whether the layer belongs to the base image; `None` while that is unknown.
    pub base: Option<bool>,
}
