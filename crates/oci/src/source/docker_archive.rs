//! Archives of `docker save` and of programs that write the same (Docker Image Specification v1.2, Combined Image JSON +
//! Filesystem Changeset Format).
//!
//! Old ones have a folder with a `layer.tar` for each layer, where repeated layers are links; those of Docker 25 and
//! later are OCI layouts with a `manifest.json` beside `index.json`; others (Bazel, Jib, ko) compress the layers.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Digest, DigestAlgorithm, Platform, UntrustedPath};

use super::choice::{Candidate, choose};
use super::claims::{self, Claim};
use super::files::{Files, digest_in_path, parse, read, read_optional, verify, verify_layer_count};
use super::{OpenImageError, OpenOptions};
use crate::compression::{Compression, MAGIC_BYTES, read_full};
use crate::image::{Image, ImageConfig, Layer, LayerIdentity};
use crate::local_blob::LocalBlob;
use crate::local_layers::{LocalLayer, LocalLayers};
use crate::manifest::{DockerManifest, MOST_LAYERS, read_config};
use crate::stored::digest_of;

/// Whether the archive says that it is one; a `manifest.json` of another program beside a layout does not.
pub(super) fn is_one(files: &dyn Files) -> bool {
    match read_optional(files, &manifest_path()) {
        Ok(Some(bytes)) => claims::of_manifest_list(&bytes) != Claim::Other || files.layouts().is_empty(),
        Ok(None) => false,
        Err(_) => true,
    }
}

/// Opens the image that the options mean.
pub(crate) fn open(files: &dyn Files, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    let place = || files.place().to_owned();
    let path = manifest_path();
    let Some(bytes) = read_optional(files, &path)? else {
        return Err(OpenImageError::OtherKind {
            place: place(),
            expected: "archive of `docker save`",
            missing: "manifest.json",
        });
    };
    let manifests: Vec<DockerManifest> = parse(files, &path, &bytes)?;
    let mut candidates: Vec<Candidate<(DockerManifest, ImageConfig)>> = Vec::new();
    for mut manifest in manifests {
        let config_path = UntrustedPath::normalise(&manifest.config);
        let (digest, config, platform) = open_config(files, &config_path)?;
        manifest.repo_tags.sort_unstable();
        // The same image may stand there once for each of its names.
        match candidates.iter_mut().find(|candidate| candidate.digests[0] == digest) {
            Some(same) => {
                same.names.append(&mut manifest.repo_tags);
                same.names.sort_unstable();
                same.names.dedup();
            }
            None => candidates.push(Candidate {
                names: std::mem::take(&mut manifest.repo_tags),
                digests: vec![digest],
                platform,
                image: (manifest, config),
            }),
        }
    }
    let Candidate { names, mut digests, platform, image: (manifest, config) } =
        choose(files.place(), candidates, options)?;
    if manifest.layers.len() > MOST_LAYERS {
        return Err(OpenImageError::TooManyLayers { place: place(), count: manifest.layers.len() });
    }
    verify_layer_count(files, &config, manifest.layers.len())?;
    let mut layers = Vec::with_capacity(manifest.layers.len());
    let mut blobs = Vec::with_capacity(manifest.layers.len());
    for (index, layer) in manifest.layers.iter().enumerate() {
        let path = UntrustedPath::normalise(layer);
        let read = |source| OpenImageError::Read { place: format!("{path} in {}", files.place()), source };
        let blob = files.file(&path).map_err(read)?;
        let blob = blob.ok_or_else(|| OpenImageError::Missing { place: place(), missing: path.to_string() })?;
        let diff_id = config.diff_ids().get(index).cloned();
        let identity = identify(&path, &blob, diff_id.as_ref(), options).map_err(read)?;
        layers.push(Layer { identity, diff_id, size_bytes: blob.size_bytes() });
        blobs.push(LocalLayer::Blob(blob));
    }
    Ok(Image {
        name: place(),
        names,
        digest: digests.pop(),
        platform,
        config,
        annotations: BTreeMap::new(),
        layers,
        indexes: Vec::new(),
        blobs: Arc::new(LocalLayers::new(blobs)),
    })
}

fn manifest_path() -> UntrustedPath {
    UntrustedPath::normalise("manifest.json")
}

/// Reads a configuration; where its path holds a digest, it is verified. Its digest names the image.
fn open_config(
    files: &dyn Files,
    path: &UntrustedPath,
) -> Result<(Digest, ImageConfig, Option<Platform>), OpenImageError> {
    let bytes = read(files, path)?;
    let claimed = digest_in_path(path.as_str()).or_else(|| {
        let stem = path.file_name().strip_suffix(".json")?;
        format!("sha256:{stem}").parse().ok()
    });
    let digest = match claimed {
        Some(claimed) => {
            verify(files, path, &bytes, &claimed)?;
            claimed
        }
        None => digest_of(DigestAlgorithm::Sha256, &bytes),
    };
    let (mut config, platform) = read_config(&bytes).map_err(|source| OpenImageError::Malformed {
        place: files.place().to_owned(),
        document: path.to_string(),
        source,
    })?;
    config.is_in_dockers_format();
    Ok((digest, config, platform))
}

/// What is known of a layer's digest: what the cache remembers, what its path says, or, where it is not compressed, what
/// the configuration says of its uncompressed bytes.
fn identify(
    path: &UntrustedPath,
    blob: &LocalBlob,
    diff_id: Option<&Digest>,
    options: &OpenOptions<'_>,
) -> std::io::Result<LayerIdentity> {
    let claimed = match digest_in_path(path.as_str()) {
        Some(digest) => Some(digest),
        None => {
            let mut head = [0; MAGIC_BYTES];
            let length = read_full(&mut blob.open(), &mut head)?;
            let is_plain = matches!(Compression::of(&head[..length]), Ok(Compression::Plain));
            diff_id.filter(|_| is_plain).cloned()
        }
    };
    Ok(blob.identify(claimed, options.cache))
}
