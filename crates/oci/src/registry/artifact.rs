//! Artifacts: files that a registry keeps as it keeps images (OCI image-spec, manifest.md, Guidelines for Artifact Usage).

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use model::{Digest, ImageName};

use super::blob::RegistryBlobs;
use super::places::at_mirrors_then_origin;
use super::{RegistryError, RegistryOptions, fetch_top};
use crate::image::LayerBlobs;
use crate::manifest::{Descriptor, Document, MOST_LAYERS};
use crate::stored::Hasher;

/// Which tools write for a file's name (image-spec, annotations.md).
const TITLE: &str = "org.opencontainers.image.title";

/// The largest file whose digest is taken although `out` has refused it, in bytes; databases have some hundred MB.
const LARGEST_HASHED_ANYWAY: u64 = 4 << 30;

/// An artifact whose manifest was read and verified; its files are fetched when they are read.
pub struct Artifact {
    digest: Digest,
    artifact_type: String,
    annotations: BTreeMap<String, String>,
    blobs: RegistryBlobs,
}

/// One file of an artifact, as its manifest describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArtifactFile<'a> {
    /// What it is.
    pub media_type: &'a str,
    /// Its name, where the manifest has one.
    pub title: Option<&'a str>,
    /// Its size.
    pub size_bytes: u64,
}

/// Opens an artifact of a registry or of its mirrors.
///
/// # Errors
/// When neither gives a manifest that verifies; the registry's own failure is told.
pub fn open_artifact(name: &ImageName, options: &RegistryOptions) -> Result<Artifact, RegistryError> {
    at_mirrors_then_origin(name, options, |place, further| {
        let session = place.session(options)?;
        let (top, digest) = fetch_top(&session, &place.name)?;
        let unusable = |reason| RegistryError::NoArtifact { name: place.name.to_string(), reason };
        let document: Document =
            serde_json::from_slice(&top).map_err(|_| unusable("its manifest is no JSON of the shape of manifests"))?;
        if document.manifests.is_some() {
            return Err(unusable("it is an index; name the artifact in it by its digest"));
        }
        if document.layers.len() > MOST_LAYERS {
            return Err(unusable("it has more than 1024 files"));
        }
        // Before there was a field for it, the type of an artifact was that of its configuration.
        let of_config = document.config.map(|config| config.media_type);
        let artifact_type = document.artifact_type.filter(|kind| !kind.is_empty()).or(of_config).unwrap_or_default();
        let blobs = RegistryBlobs {
            session: Arc::new(session),
            further: Arc::new(further),
            damaged: Vec::new(),
            layers: document.layers,
            trust_toc: false,
            digests: Vec::new(),
        };
        Ok(Artifact { digest, artifact_type, annotations: document.annotations, blobs })
    })
}

impl Artifact {
    /// The manifest's digest.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What the artifact is.
    pub fn artifact_type(&self) -> &str {
        &self.artifact_type
    }

    /// What its manifest is annotated with.
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    /// Its files, in the order of the manifest.
    pub fn files(&self) -> impl Iterator<Item = ArtifactFile<'_>> {
        self.blobs.layers.iter().map(|layer: &Descriptor| ArtifactFile {
            media_type: &layer.media_type,
            title: layer.annotations.get(TITLE).map(String::as_str),
            size_bytes: layer.size,
        })
    }

    /// Writes the file at `index` to `out`, which must not believe any of it before this has succeeded.
    ///
    /// # Errors
    /// When the file cannot be fetched whole, has another digest than the manifest states, or `out` refuses. Where it has
    /// another digest, that is told rather than what `out` makes of its bytes.
    pub fn read(&self, index: usize, out: &mut dyn Write) -> io::Result<()> {
        let layer = self.blobs.layers.get(index).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let mut reader = self.blobs.open(index)?;
        let mut hasher = Hasher::new(layer.digest.algorithm());
        let mut buffer = vec![0; 64 << 10];
        let mut refused: Option<io::Error> = None;
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(count) => count,
                Err(error) => return Err(refused.unwrap_or(error)),
            };
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            hasher.update(bytes);
            if refused.is_none()
                && let Err(error) = out.write_all(bytes)
            {
                if wants_no_more(&error) || layer.size > LARGEST_HASHED_ANYWAY {
                    return Err(error);
                }
                refused = Some(error);
            }
        }
        let found = hasher.finish();
        if found == layer.digest {
            return refused.map_or(Ok(()), Err);
        }
        let title = layer.annotations.get(TITLE).map_or("without a name", String::as_str);
        let (registry, what) = (self.blobs.session.host(), format!("the file {title}"));
        let stated = layer.digest.clone();
        Err(io::Error::other(RegistryError::WrongDigest { registry, what, stated, found }))
    }
}

/// Whether `out` refuses for want of room or because it has enough, which says nothing of the bytes.
fn wants_no_more(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}
