//! Manifests, indexes and configurations: the JSON documents that say what an image is made of (OCI image-spec,
//! manifest.md, image-index.md, config.md; Docker's image manifest version 2, schema 2).

mod choose;

use std::collections::BTreeMap;

use model::{Digest, DigestAlgorithm, Platform};
use serde::{Deserialize, Deserializer};
use sha2::{Sha256, Sha512};

use crate::{HistoryEntry, ImageConfig, Layer, LayerIdentity};

pub use choose::NoSuchPlatform;

/// The largest manifest or index that is read (what distribution-spec asks registries to accept).
pub(crate) const MAX_MANIFEST_BYTES: u64 = 4 << 20;
/// The largest configuration that is read.
pub(crate) const MAX_CONFIG_BYTES: u64 = 8 << 20;
/// How deep indexes may lie in one another.
const MAX_INDEX_DEPTH: usize = 4;
/// How many documents are looked at in the search for one platform.
const MAX_DOCUMENTS: usize = 64;
/// How many images one index may offer, those within it included.
const MAX_MANIFESTS: usize = 4096;
/// More layers than any storage driver can stack.
const MAX_LAYERS: usize = 4096;

/// The media types of manifests and indexes that are understood, as an `Accept` header.
pub(crate) const ACCEPTED_MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// A reference to a document or blob (OCI image-spec, descriptor.md).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "mediaType", default)]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) platform: Option<PlatformObject>,
}

/// The `platform` of an entry of an index.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PlatformObject {
    #[serde(deserialize_with = "null_as_default")]
    pub(crate) os: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(crate) architecture: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(crate) variant: String,
}

/// What a document of an image's manifest tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document {
    /// A list of manifests, one for each platform.
    Index(Vec<Descriptor>),
    /// One image.
    Manifest(Manifest),
}

/// One image's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
}

/// An image found behind a reference, all documents verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundImage {
    /// The manifest's digest.
    pub(crate) digest: Digest,
    pub(crate) manifest: Manifest,
    pub(crate) config: ImageConfig,
    pub(crate) platform: Option<Platform>,
}

/// The error of making sense of a manifest, an index or a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ReadManifestError {
    /// A document is not what it should be.
    #[error("{digest} is not a {kind}")]
    Parse {
        /// The document.
        digest: Digest,
        /// What was expected.
        kind: &'static str,
        /// The cause.
        source: serde_json::Error,
    },
    /// A document breaks a rule of the specification.
    #[error("{digest} is not an image: {reason}")]
    Unusable {
        /// The document.
        digest: Digest,
        /// The rule.
        reason: &'static str,
    },
    /// A document's bytes are not those that were asked for.
    #[error("{expected} has the content of {found}: it was damaged or replaced")]
    WrongDigest {
        /// The digest asked for.
        expected: Digest,
        /// The digest of what came.
        found: Digest,
    },
    /// A document does not have the length that its descriptor states.
    #[error("{digest} has {found} bytes where its descriptor states {expected}")]
    WrongSize {
        /// The document.
        digest: Digest,
        /// The descriptor's size.
        expected: u64,
        /// The size of what came.
        found: u64,
    },
    /// A document is larger than any of its kind.
    #[error("{digest} would have {size} bytes; at most {limit} are read of a document of its kind")]
    TooLarge {
        /// The document.
        digest: Digest,
        /// The descriptor's size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The image is not offered for the platform.
    #[error(transparent)]
    Platform(#[from] NoSuchPlatform),
}

/// What stops the search for an image: the documents themselves, or the place that they are read from.
#[derive(Debug)]
pub(crate) enum FindImageError<E> {
    Manifest(ReadManifestError),
    Read(E),
}

impl<E> From<ReadManifestError> for FindImageError<E> {
    fn from(error: ReadManifestError) -> FindImageError<E> {
        FindImageError::Manifest(error)
    }
}

/// Follows a verified top document to the image of a platform. `read` gives the bytes of the document that a
/// descriptor names; they are verified here. Without a platform the native one is meant, or the only one there is.
pub(crate) fn find_image<E>(
    top: &[u8],
    digest: Digest,
    platform: Option<&Platform>,
    mut read: impl FnMut(&Descriptor) -> Result<Vec<u8>, E>,
) -> Result<FoundImage, FindImageError<E>> {
    let (digest, manifest) = match parse_document(top, &digest)? {
        Document::Manifest(manifest) => (digest, manifest),
        Document::Index(entries) => choose::choose_image(entries, platform, &mut read)?,
    };
    let config_bytes = read_verified(&manifest.config, MAX_CONFIG_BYTES, &mut read)?;
    let (config, stated) = parse_config(&config_bytes, &manifest.config.digest)?;
    if let (Some(asked), Some(stated)) = (platform, &stated)
        && !choose::serves(asked, stated)
    {
        let offered = vec![stated.clone()];
        return Err(ReadManifestError::from(NoSuchPlatform { asked: asked.clone(), offered }).into());
    }
    Ok(FoundImage { digest, manifest, config, platform: stated })
}

impl FoundImage {
    /// The layers, whose blobs are checked against their digests by whoever reads them.
    pub(crate) fn layers(&self, identity: fn(Digest) -> LayerIdentity) -> Vec<Layer> {
        let diff_ids = &self.config.diff_ids;
        let is_complete = diff_ids.len() == self.manifest.layers.len();
        let diff_id = |index: usize| diff_ids.get(index).filter(|_| is_complete).cloned();
        let layers = self.manifest.layers.iter().enumerate();
        layers
            .map(|(index, layer)| Layer {
                identity: identity(layer.digest.clone()),
                diff_id: diff_id(index),
                size_bytes: layer.size,
            })
            .collect()
    }
}

/// Reads a document that a descriptor names, and holds it to size and digest.
fn read_verified<E>(
    descriptor: &Descriptor,
    limit: u64,
    read: &mut impl FnMut(&Descriptor) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, FindImageError<E>> {
    let digest = || descriptor.digest.clone();
    if descriptor.size > limit {
        return Err(ReadManifestError::TooLarge { digest: digest(), size: descriptor.size, limit }.into());
    }
    let bytes = read(descriptor).map_err(FindImageError::Read)?;
    if bytes.len() as u64 != descriptor.size {
        let found = bytes.len() as u64;
        return Err(ReadManifestError::WrongSize { digest: digest(), expected: descriptor.size, found }.into());
    }
    verify(&bytes, &descriptor.digest)?;
    Ok(bytes)
}

/// Checks that bytes have a digest.
pub(crate) fn verify(bytes: &[u8], expected: &Digest) -> Result<(), ReadManifestError> {
    let found = digest_of(bytes, expected.algorithm());
    if found == *expected { Ok(()) } else { Err(ReadManifestError::WrongDigest { expected: expected.clone(), found }) }
}

/// The digest of bytes.
pub(crate) fn digest_of(bytes: &[u8], algorithm: DigestAlgorithm) -> Digest {
    use sha2::Digest as _;
    match algorithm {
        DigestAlgorithm::Sha256 => Digest::from_hash(algorithm, &Sha256::digest(bytes)),
        DigestAlgorithm::Sha512 => Digest::from_hash(algorithm, &Sha512::digest(bytes)),
    }
}

#[derive(Deserialize)]
struct RawDocument {
    #[serde(rename = "schemaVersion", default)]
    schema_version: Option<u64>,
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Option<Vec<Descriptor>>,
}

/// Parses an index or a manifest. A document that could be read as both is refused, as the specification asks, so that
/// nobody is shown one image and runs another.
pub(crate) fn parse_document(bytes: &[u8], digest: &Digest) -> Result<Document, ReadManifestError> {
    let raw: RawDocument = serde_json::from_slice(bytes).map_err(|source| ReadManifestError::Parse {
        digest: digest.clone(),
        kind: "manifest",
        source,
    })?;
    let unusable = |reason| ReadManifestError::Unusable { digest: digest.clone(), reason };
    match (raw.manifests, raw.config) {
        _ if raw.schema_version == Some(1) => {
            Err(unusable("it is a manifest of the outdated schema 1; pull the image and push it again"))
        }
        (Some(_), Some(_)) => Err(unusable("it claims to be an index and a manifest at once")),
        (Some(_), None) if raw.layers.is_some() => Err(unusable("it claims to be an index and a manifest at once")),
        (Some(manifests), None) => Ok(Document::Index(manifests)),
        (None, Some(config)) => {
            let layers = raw.layers.unwrap_or_default();
            if layers.len() > MAX_LAYERS {
                return Err(unusable("it has more than 4096 layers"));
            }
            Ok(Document::Manifest(Manifest { config, layers }))
        }
        (None, None) => Err(unusable("it has neither manifests nor a configuration")),
    }
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default, deserialize_with = "null_as_default")]
    os: String,
    #[serde(default, deserialize_with = "null_as_default")]
    architecture: String,
    #[serde(default, deserialize_with = "null_as_default")]
    variant: String,
    #[serde(default)]
    created: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    config: RawExecution,
    #[serde(default, deserialize_with = "null_as_default")]
    history: Vec<RawHistory>,
    #[serde(default, deserialize_with = "null_as_default")]
    rootfs: RawRootfs,
}

#[derive(Default, Deserialize)]
struct RawExecution {
    #[serde(rename = "User", default, deserialize_with = "null_as_default")]
    user: String,
    #[serde(rename = "Env", default, deserialize_with = "null_as_default")]
    environment: Vec<String>,
    #[serde(rename = "Labels", default, deserialize_with = "null_as_default")]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawHistory {
    #[serde(default, deserialize_with = "null_as_default")]
    created_by: String,
    #[serde(default, deserialize_with = "null_as_default")]
    empty_layer: bool,
}

#[derive(Default, Deserialize)]
struct RawRootfs {
    #[serde(default, deserialize_with = "null_as_default")]
    diff_ids: Vec<Digest>,
}

/// Parses a configuration: what it says, and the platform it states.
pub(crate) fn parse_config(
    bytes: &[u8],
    digest: &Digest,
) -> Result<(ImageConfig, Option<Platform>), ReadManifestError> {
    let raw: RawConfig = serde_json::from_slice(bytes).map_err(|source| ReadManifestError::Parse {
        digest: digest.clone(),
        kind: "configuration",
        source,
    })?;
    let history = raw.history.into_iter();
    let config = ImageConfig {
        user: raw.config.user,
        environment: raw.config.environment,
        labels: raw.config.labels,
        created: raw.created.filter(|created| !created.is_empty()),
        history: history
            .map(|entry| HistoryEntry { created_by: entry.created_by, empty_layer: entry.empty_layer })
            .collect(),
        diff_ids: raw.rootfs.diff_ids,
    };
    let platform = PlatformObject { os: raw.os, architecture: raw.architecture, variant: raw.variant };
    Ok((config, platform.platform()))
}

impl PlatformObject {
    /// The platform, unless it is not stated.
    pub(crate) fn platform(&self) -> Option<Platform> {
        let mut text = format!("{}/{}", self.os, self.architecture);
        if !self.variant.is_empty() {
            text.push('/');
            text.push_str(&self.variant);
        }
        text.parse().ok()
    }
}

fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
