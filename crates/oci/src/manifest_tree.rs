//! The way from a reference to an image: through indexes to the manifest of a platform and its configuration, every
//! document verified (OCI image-spec, image-index.md and manifest.md). For places where documents are had by digest:
//! registries and content stores.

mod choose;

use std::collections::BTreeMap;

use model::{Digest, DigestAlgorithm, Platform};

use crate::manifest::{Descriptor, Document, MOST_LAYERS, read_config};
use crate::stored;
use crate::{ImageConfig, Layer, LayerIdentity};

pub use choose::NoSuchPlatform;

/// Which image of an index is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// That of the native platform, or the only one there is.
    Native,
    /// That of a platform.
    Of(&'a Platform),
    /// That of the native platform, or of the first that is offered.
    Any,
}

impl<'a> From<Option<&'a Platform>> for Wanted<'a> {
    fn from(platform: Option<&'a Platform>) -> Wanted<'a> {
        platform.map_or(Wanted::Native, Wanted::Of)
    }
}

impl<'a> Wanted<'a> {
    /// The platform that somebody named.
    fn named(self) -> Option<&'a Platform> {
        match self {
            Wanted::Of(platform) => Some(platform),
            Wanted::Native | Wanted::Any => None,
        }
    }
}

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

/// The media types of manifests and indexes that are understood, as an `Accept` header.
pub(crate) const ACCEPTED_MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// What a document is.
#[derive(Debug)]
enum Kind {
    /// A list of manifests, one for each platform.
    Index(Vec<Descriptor>),
    /// One image.
    Manifest(Box<Manifest>),
}

/// One image's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    pub(crate) annotations: BTreeMap<String, String>,
}

/// An image found behind a reference, all documents verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundImage {
    /// The manifest's digest.
    pub(crate) digest: Digest,
    pub(crate) manifest: Manifest,
    pub(crate) config: ImageConfig,
    pub(crate) platform: Option<Platform>,
    /// The indexes through which it was chosen, from the one that was asked for, with those beside it; none where an image
    /// was asked for.
    pub(crate) indexes: Vec<Vec<u8>>,
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
    /// A manifest has another number of layers than its configuration (OCI image-spec, config.md, `rootfs.diff_ids`).
    #[error(
        "{digest} contradicts its configuration: the number of its layers is {layers}, and the number of layers in \
         rootfs.diff_ids of the configuration is {stated}"
    )]
    WrongLayerCount {
        /// The manifest.
        digest: Digest,
        /// How many layers the manifest has.
        layers: usize,
        /// How many layers the configuration has.
        stated: usize,
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
/// descriptor names; they are verified here.
pub(crate) fn find_image<E>(
    top: &[u8],
    digest: Digest,
    wanted: Wanted<'_>,
    mut read: impl FnMut(&Descriptor) -> Result<Vec<u8>, E>,
) -> Result<FoundImage, FindImageError<E>> {
    let mut indexes = Vec::new();
    let (digest, manifest, of_index) = match kind_of(top, &digest)? {
        Kind::Manifest(manifest) => (digest, *manifest, None),
        Kind::Index(entries) => {
            indexes.push(top.to_vec());
            choose::choose_image(entries, wanted, &mut indexes, &mut read)?
        }
    };
    let config_bytes = read_verified(&manifest.config, MAX_CONFIG_BYTES, &mut read)?;
    let (mut config, own) = read_config(&config_bytes).map_err(|source| ReadManifestError::Parse {
        digest: manifest.config.digest.clone(),
        kind: "configuration",
        source,
    })?;
    if manifest.config.is_dockers_config() {
        config.is_in_dockers_format();
    }
    let own = Platform::stated(own, of_index);
    if let (Some(asked), Some(stated)) = (wanted.named(), &own)
        && !choose::serves(asked, stated)
    {
        let offered = vec![stated.clone()];
        return Err(ReadManifestError::from(NoSuchPlatform { asked: asked.clone(), offered }).into());
    }
    let layers = manifest.layers.len();
    if let Some(stated) = config.other_layer_count(layers) {
        return Err(ReadManifestError::WrongLayerCount { digest, layers, stated }.into());
    }
    Ok(FoundImage { digest, manifest, config, platform: own, indexes })
}

impl FoundImage {
    /// The layers, whose blobs are checked against their digests by whoever reads them.
    pub(crate) fn layers(&self, identity: fn(Digest) -> LayerIdentity) -> Vec<Layer> {
        let diff_ids = self.config.diff_ids();
        let layers = self.manifest.layers.iter().enumerate();
        layers
            .map(|(index, layer)| Layer {
                identity: identity(layer.digest.clone()),
                diff_id: diff_ids.get(index).cloned(),
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
    stored::digest_of(algorithm, bytes)
}

/// Tells an index from a manifest. A document that could be read as both is refused, as the specification asks, so that
/// nobody is shown one image and runs another.
fn kind_of(bytes: &[u8], digest: &Digest) -> Result<Kind, ReadManifestError> {
    let document: Document = serde_json::from_slice(bytes).map_err(|source| ReadManifestError::Parse {
        digest: digest.clone(),
        kind: "manifest",
        source,
    })?;
    let unusable = |reason| Err(ReadManifestError::Unusable { digest: digest.clone(), reason });
    match (document.manifests, document.config) {
        (Some(_), Some(_)) => unusable("it claims to be an index and a manifest at once"),
        (Some(_), None) if !document.layers.is_empty() => unusable("it claims to be an index and a manifest at once"),
        (Some(manifests), None) => Ok(Kind::Index(manifests)),
        (None, Some(_)) if document.layers.len() > MOST_LAYERS => unusable("it has more than 1,024 layers"),
        (None, Some(_)) if document.layers.iter().any(Descriptor::is_encrypted) => {
            unusable("it has encrypted layers; decrypt it first, such as with `skopeo copy --decryption-key KEY`")
        }
        (None, Some(config)) if !config.is_image_config() => {
            unusable("it is another artifact, such as a chart or a signature")
        }
        (None, Some(config)) => {
            let Document { layers, annotations, .. } = document;
            Ok(Kind::Manifest(Box::new(Manifest { config, layers, annotations })))
        }
        (None, None) => unusable(
            "it is neither an index nor a manifest of schema 2; one of the outdated schema 1 must be pulled and pushed again",
        ),
    }
}

#[cfg(test)]
mod tests;
