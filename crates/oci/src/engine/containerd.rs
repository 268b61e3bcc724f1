//! Images of containerd, read from its content store on disk (containerd, docs/content-flow.md). Layers that it dropped
//! after it had unpacked them are read where its overlayfs snapshotter has them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Digest, ImageName, Platform};

use super::bolt::BoltFile;
use super::{EngineError, ReadBoltError};
use crate::cache::Cache;
use crate::local_blob::{LocalBlob, LocalFile};
use crate::local_layers::{LocalLayer, LocalLayers};
use crate::manifest::Descriptor;
use crate::manifest_tree::{self, FindImageError, MAX_MANIFEST_BYTES};
use crate::{Image, Layer, LayerIdentity};

mod snapshotter;

/// The largest blob that is read whole.
const MAX_DOCUMENT_BYTES: u64 = 16 << 20;

/// How many namespaces are looked through for an image that is in none of the usual ones, to say where it is.
const MOST_NAMESPACES: usize = 100;

/// Where containerd keeps its images.
#[derive(Debug, Clone)]
pub struct ContainerdOptions<'a> {
    /// Its root folder.
    pub root: PathBuf,
    /// The namespaces to look through, in order.
    pub namespaces: Vec<String>,
    /// The platform to take where an image has several.
    pub platform: Option<Platform>,
    /// Where digests of unchanged local files are remembered.
    pub cache: Option<&'a Cache>,
}

/// The root folders of containerd itself and of those that bring their own: k3s, RKE2, k0s, MicroK8s.
const CONTAINERD_ROOTS: &[&str] = &[
    "/var/lib/containerd",
    "/var/lib/rancher/k3s/agent/containerd",
    "/var/lib/rancher/rke2/agent/containerd",
    "/var/lib/k0s/containerd",
    "/var/snap/microk8s/common/var/lib/containerd",
];

impl Default for ContainerdOptions<'_> {
    fn default() -> Self {
        let usual = || CONTAINERD_ROOTS.iter().map(PathBuf::from);
        ContainerdOptions {
            root: usual().find(|root| root.is_dir()).or_else(|| usual().next()).unwrap_or_default(),
            namespaces: ["default", "k8s.io", "moby"].map(str::to_owned).to_vec(),
            platform: None,
            cache: None,
        }
    }
}

/// Opens an image that containerd has, by name or digest, behind a namespace and `/` where it is in none of those that are
/// looked through. containerd need not run.
///
/// # Errors
/// When there is no such image, when it is not complete, and when its store cannot be read.
pub fn open_containerd(reference: &str, options: &ContainerdOptions<'_>) -> Result<Image, EngineError> {
    let store = ContentStore { root: &options.root, reference };
    let target = find_target(reference, options)?;
    let top = store.document(&target, MAX_MANIFEST_BYTES)?;
    manifest_tree::verify(&top, &target)?;
    let read = |descriptor: &Descriptor| store.document(&descriptor.digest, MAX_DOCUMENT_BYTES);
    let found =
        manifest_tree::find_image(&top, target, options.platform.as_ref().into(), read).map_err(
            |error| match error {
                FindImageError::Manifest(error) => EngineError::Manifest(error),
                FindImageError::Read(error) => error,
            },
        )?;
    let mut layers: Vec<Layer> = found.layers(LayerIdentity::Claimed);
    let mut blobs = Vec::with_capacity(layers.len());
    for (index, (layer, descriptor)) in layers.iter_mut().zip(&found.manifest.layers).enumerate() {
        // A blob can be verified and its index be kept, which a snapshot cannot.
        let local = match store.blob(&descriptor.digest, options.cache) {
            Ok(blob) => {
                layer.identity = blob.identify(Some(descriptor.digest.clone()), options.cache);
                layer.size_bytes = blob.size_bytes();
                LocalLayer::Blob(blob)
            }
            Err(EngineError::Incomplete { .. }) if descriptor.is_foreign() => LocalLayer::Foreign,
            Err(error @ EngineError::Incomplete { .. }) => {
                let below = found.config.diff_ids().get(..=index).unwrap_or_default();
                let folder = snapshotter::find_snapshot(below, options).ok_or(error)?;
                layer.identity = LayerIdentity::Unpacked(descriptor.digest.clone());
                LocalLayer::Folder(folder)
            }
            Err(error) => return Err(error),
        };
        blobs.push(local);
    }
    Ok(Image {
        name: reference.to_owned(),
        names: Vec::new(),
        digest: Some(found.digest.clone()),
        platform: found.platform,
        config: found.config,
        annotations: found.manifest.annotations,
        layers,
        indexes: found.indexes,
        blobs: Arc::new(LocalLayers::new(blobs)),
    })
}

/// The digest that a name has in one of the namespaces.
fn find_target(reference: &str, options: &ContainerdOptions<'_>) -> Result<Digest, EngineError> {
    let root = &options.root;
    let path = root.join("io.containerd.metadata.v1.bolt/meta.db");
    let failed = |source| EngineError::Metadata { path: path.clone(), source };
    let file = BoltFile::open(&path).map_err(|source| match kind_of(&source) {
        Some(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            EngineError::NoContainerd { root: root.clone() }
        }
        Some(io::ErrorKind::PermissionDenied) => EngineError::ContainerdForbidden { path: path.clone() },
        _ => failed(source),
    })?;
    let find = |namespace: &str, reference: &str| -> Result<Option<Digest>, EngineError> {
        let mut names = vec![reference.to_owned()];
        if let Ok(name) = reference.parse::<ImageName>() {
            names.push(name.to_string());
        }
        for name in &names {
            let bucket = [b"v1", namespace.as_bytes(), b"images", name.as_bytes(), b"target"];
            let Some([Some(digest)]) = file.values(&bucket, [b"digest"]).map_err(failed)? else { continue };
            let digest = String::from_utf8(digest).ok().and_then(|text| text.parse().ok());
            let reason = "the target of an image is not a digest";
            return digest.map(Some).ok_or_else(|| failed(ReadBoltError::Damaged { page: 0, reason }));
        }
        Ok(None)
    };
    for namespace in &options.namespaces {
        if let Some(digest) = find(namespace, reference)? {
            return Ok(digest);
        }
    }
    let within = reference.split_once('/');
    if let Some((namespace, name)) = within
        && let Some(digest) = find(namespace, name)?
    {
        return Ok(digest);
    }
    // A digest may be in the store without a name.
    let digest = reference.rsplit('@').next().and_then(|text| text.parse::<Digest>().ok());
    if let Some(digest) = digest.filter(|digest| blob_path(root, digest).is_file()) {
        return Ok(digest);
    }
    let known = file.buckets(&[b"v1"], MOST_NAMESPACES).map_err(failed)?;
    let known: Vec<String> = known.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let reference = reference.to_owned();
    let mut namespaces = Vec::new();
    for namespace in known.iter().filter(|namespace| !options.namespaces.contains(namespace)) {
        if find(namespace, &reference)?.is_some() {
            namespaces.push(namespace.clone());
        }
    }
    if !namespaces.is_empty() {
        return Err(EngineError::OtherNamespace { reference, namespaces });
    }
    let mut looked_through = options.namespaces.clone();
    looked_through.extend(within.map(|(namespace, _)| namespace.to_owned()).filter(|name| known.contains(name)));
    let known = if known.is_empty() { vec!["-".to_owned()] } else { known };
    Err(EngineError::NotInNamespaces { reference, root: root.clone(), looked_through, known })
}

/// Why the system does not let a database be read, if it is the system.
fn kind_of(error: &ReadBoltError) -> Option<io::ErrorKind> {
    match error {
        ReadBoltError::Read(error) => Some(error.kind()),
        ReadBoltError::Damaged { .. } => None,
    }
}

struct ContentStore<'a> {
    root: &'a Path,
    reference: &'a str,
}

impl ContentStore<'_> {
    fn open(&self, digest: &Digest) -> Result<File, EngineError> {
        let path = blob_path(self.root, digest);
        // What lies there is a plain file in containerd's own folder; anything else must not be waited for.
        let open = || {
            if fs::symlink_metadata(&path)?.is_file() { File::open(&path) } else { Err(io::ErrorKind::NotFound.into()) }
        };
        open().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => {
                EngineError::Incomplete { digest: digest.clone(), reference: self.reference.to_owned() }
            }
            _ => EngineError::Content { path: path.clone(), source },
        })
    }

    /// Reads a document, one byte beyond the limit at most, which its size then gives away.
    fn document(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, EngineError> {
        let mut bytes = Vec::new();
        let read = self.open(digest)?.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|source| EngineError::Content { path: blob_path(self.root, digest), source })?;
        Ok(bytes)
    }

    fn blob(&self, digest: &Digest, cache: Option<&Cache>) -> Result<LocalBlob, EngineError> {
        let file = LocalFile::new(self.open(digest)?, cache)
            .map_err(|source| EngineError::Content { path: blob_path(self.root, digest), source })?;
        Ok(file.whole())
    }
}

fn blob_path(root: &Path, digest: &Digest) -> PathBuf {
    root.join("io.containerd.content.v1.content/blobs").join(digest.algorithm().as_str()).join(digest.hex())
}

#[cfg(test)]
mod tests;
