//! OCI image layouts, in a folder or an archive (OCI image-spec, image-layout.md).
//!
//! An archive may hold several layouts in folders of their own, one for each platform, as some builders ship them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Digest, Platform, UntrustedPath};
use serde::Deserialize;

use super::beside::Artifacts;
use super::choice::{Candidate, choose, is_same_name};
use super::files::{Files, blob_path, parse, read_blob, read_optional, verify_layer_count, verify_size};
use super::{OpenImageError, OpenOptions};
use crate::image::{Image, ImageConfig, Layer, LayerIdentity};
use crate::local_blob::LocalBlob;
use crate::local_layers::{LocalLayer, LocalLayers};
use crate::manifest::{Descriptor, Document, MOST_LAYERS, read_config};
use crate::manifest_tree::MAX_MANIFEST_BYTES;

/// How deep indexes may name indexes.
const DEEPEST: usize = 4;
/// The most manifests that are looked at.
const MOST_MANIFESTS: usize = 1000;
/// The documents of an index with those within it are read until they have more bytes than this: a larger index than any
/// registry need take is cut, and taken by no server.
const MOST_INDEX_BYTES: u64 = MAX_MANIFEST_BYTES;

/// A manifest that was read and verified.
struct Found {
    folder: UntrustedPath,
    layers: Vec<Descriptor>,
    config: ImageConfig,
    annotations: BTreeMap<String, String>,
    /// The indexes that name it.
    indexes: Vec<Digest>,
    /// Each way to it: the names that it has there, and the index that it begins at, where it begins at one.
    ways: Vec<(Vec<String>, Option<Digest>)>,
}

/// What stands above a descriptor.
#[derive(Default)]
struct Above {
    /// The names of the indexes.
    names: Vec<String>,
    /// Their digests, the outermost first.
    indexes: Vec<Digest>,
}

/// Opens the image that the options mean.
pub(crate) fn open(files: &dyn Files, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    let mut described = Vec::new();
    let mut has_index = false;
    for folder in files.layouts() {
        verify_marker(files, &folder)?;
        let path = UntrustedPath::normalise(&format!("{folder}/index.json"));
        let Some(bytes) = read_optional(files, &path)? else { continue };
        has_index = true;
        let index: Document = parse(files, &path, &bytes)?;
        described
            .extend(index.manifests.unwrap_or_default().into_iter().map(|descriptor| (folder.clone(), descriptor)));
    }
    let place = || files.place().to_owned();
    if !has_index {
        return Err(OpenImageError::OtherKind { place: place(), expected: "OCI image layout", missing: "index.json" });
    }
    open_described(files, described, options)
}

/// Opens the image that the options mean among those that descriptors name, each with the folder of its layout.
pub(super) fn open_described(
    files: &dyn Files,
    described: Vec<(UntrustedPath, Descriptor)>,
    options: &OpenOptions<'_>,
) -> Result<Image, OpenImageError> {
    let mut search =
        Search { files, candidates: Vec::new(), indexes: BTreeMap::new(), artifacts: Artifacts::default(), count: 0 };
    for (folder, descriptor) in described {
        search.follow(&folder, &descriptor, &Above::default())?;
    }
    let Search { candidates, indexes: known, artifacts, .. } = search;
    let place = || files.place().to_owned();
    let Candidate { names, digests, platform, image } = choose(files.place(), candidates, options)?;
    let Found { folder, layers: descriptors, config, annotations, indexes, ways } = image;
    let digest = digests.into_iter().next();
    let companions = artifacts.beside(files, digest.iter().cloned().chain(indexes).collect());
    let documents = match index_of(ways, options.image.as_deref()) {
        Some(index) => documents(files, &known, index)?,
        None => Vec::new(),
    };
    if descriptors.len() > MOST_LAYERS {
        return Err(OpenImageError::TooManyLayers { place: place(), count: descriptors.len() });
    }
    verify_layer_count(files, &config, descriptors.len())?;
    let mut layers = Vec::with_capacity(descriptors.len());
    let mut blobs = Vec::with_capacity(descriptors.len());
    for (index, descriptor) in descriptors.iter().enumerate() {
        let path = blob_path(&folder, &descriptor.digest);
        let blob = files
            .file(&path)
            .map_err(|source| OpenImageError::Read { place: format!("{path} in {}", files.place()), source })?;
        if blob.is_none() && !descriptor.is_foreign() {
            return Err(OpenImageError::Missing { place: place(), missing: path.to_string() });
        }
        if let Some(blob) = &blob {
            verify_size(files, &path, blob.size_bytes(), descriptor)?;
        }
        let claimed = Some(descriptor.digest.clone());
        layers.push(Layer {
            identity: match &blob {
                Some(blob) => blob.identify(claimed, options.cache),
                None => LayerIdentity::Claimed(descriptor.digest.clone()),
            },
            diff_id: config.diff_ids().get(index).cloned(),
            size_bytes: blob.as_ref().map_or(descriptor.size, LocalBlob::size_bytes),
        });
        blobs.push(blob.map_or(LocalLayer::Foreign, LocalLayer::Blob));
    }
    Ok(Image {
        name: place(),
        names,
        digest,
        platform,
        config,
        annotations,
        layers,
        indexes: documents,
        blobs: Arc::new(LocalLayers::new(blobs).with_companions(companions)),
    })
}

/// The index through which an image was asked for: that of the first way by which it has the wanted name. Whoever asks for an
/// image by its own digest asks for no index, as in a registry.
fn index_of(ways: Vec<(Vec<String>, Option<Digest>)>, wanted: Option<&str>) -> Option<Digest> {
    let is_asked = |names: &[String]| wanted.is_none_or(|wanted| names.iter().any(|name| is_same_name(name, wanted)));
    ways.into_iter().find(|(names, _)| is_asked(names)).and_then(|(_, index)| index)
}

/// The documents of an index and of those within it, the index first.
fn documents(
    files: &dyn Files,
    known: &BTreeMap<Digest, (UntrustedPath, Descriptor)>,
    index: Digest,
) -> Result<Vec<Vec<u8>>, OpenImageError> {
    let (mut waiting, mut seen, mut documents) = (vec![index], BTreeSet::new(), Vec::new());
    let mut size_bytes = 0;
    while let Some(next) = waiting.pop().filter(|_| size_bytes <= MOST_INDEX_BYTES) {
        let Some((folder, descriptor)) = known.get(&next).filter(|_| seen.insert(next.clone())) else { continue };
        let bytes = read_blob(files, folder, descriptor)?;
        let document: Document = parse(files, &blob_path(folder, &next), &bytes)?;
        let within = document.manifests.unwrap_or_default().into_iter().map(|descriptor| descriptor.digest);
        waiting.extend(within.filter(|digest| known.contains_key(digest)));
        size_bytes += bytes.len() as u64;
        documents.push(bytes);
    }
    Ok(documents)
}

/// Refuses a layout whose `oci-layout` does not say which layout it is. Old programs leave that file out.
fn verify_marker(files: &dyn Files, folder: &UntrustedPath) -> Result<(), OpenImageError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Marker {
        #[serde(rename = "imageLayoutVersion")]
        _version: String,
    }
    let path = UntrustedPath::normalise(&format!("{folder}/oci-layout"));
    match read_optional(files, &path)? {
        Some(bytes) => parse::<Marker>(files, &path, &bytes).map(drop),
        None => Ok(()),
    }
}

/// The images of a layout, as they are found.
struct Search<'a> {
    files: &'a dyn Files,
    candidates: Vec<Candidate<Found>>,
    /// The indexes below the layouts' own, each with the folder of its layout.
    indexes: BTreeMap<Digest, (UntrustedPath, Descriptor)>,
    /// What is no image.
    artifacts: Artifacts,
    count: usize,
}

impl Search<'_> {
    /// Follows a descriptor down to image manifests.
    fn follow(&mut self, folder: &UntrustedPath, descriptor: &Descriptor, above: &Above) -> Result<(), OpenImageError> {
        let names = names_of(descriptor, &above.names);
        if descriptor.is_attachment() {
            if descriptor.artifact_type.is_some() {
                self.artifacts.note(folder, descriptor, &names);
            }
            return Ok(());
        }
        let path = blob_path(folder, &descriptor.digest);
        let unusable = |reason| OpenImageError::Unusable {
            place: self.files.place().to_owned(),
            document: path.to_string(),
            reason,
        };
        self.count += 1;
        if above.indexes.len() >= DEEPEST || self.count > MOST_MANIFESTS {
            return Err(unusable(
                "lies too deep, or is one of too many: 4 indexes below each other with 1,000 manifests",
            ));
        }
        if let Some(known) = self.candidates.iter_mut().find(|known| known.digests.contains(&descriptor.digest)) {
            known.image.ways.push((names.clone(), above.indexes.first().cloned()));
            known.names.extend(names);
            known.names.sort_unstable();
            known.names.dedup();
            known.image.indexes.extend(above.indexes.iter().cloned());
            return Ok(());
        }
        if descriptor.platform().is_some() && matches!(self.files.file(&path), Ok(None)) {
            // A layout may hold one platform of an image and keep the whole index.
            return Ok(());
        }
        let bytes = read_blob(self.files, folder, descriptor)?;
        let document: Document = parse(self.files, &path, &bytes)?;
        if let Some(manifests) = document.manifests {
            self.indexes.insert(descriptor.digest.clone(), (folder.clone(), descriptor.clone()));
            let indexes = above.indexes.iter().chain([&descriptor.digest]).cloned().collect();
            let above = Above { names, indexes };
            for descriptor in manifests {
                self.follow(folder, &descriptor, &above)?;
            }
            return Ok(());
        }
        if document.is_companion() {
            // A chart, a signature or another artifact that is stored beside images.
            self.artifacts.note(folder, descriptor, &names);
            return Ok(());
        }
        let Some(config) = document.config else {
            return Err(unusable("is neither an index nor an image manifest"));
        };
        if document.layers.iter().any(Descriptor::is_encrypted) {
            return Err(unusable(
                "has encrypted layers; decrypt it first, such as with `skopeo copy --decryption-key KEY`",
            ));
        }
        let (digest, config, platform) = self.read_config(folder, &config)?;
        self.candidates.push(Candidate {
            names: names.clone(),
            digests: vec![descriptor.digest.clone(), digest],
            platform: Platform::stated(platform, descriptor.platform()),
            image: Found {
                folder: folder.clone(),
                layers: document.layers,
                config,
                annotations: document.annotations,
                indexes: above.indexes.clone(),
                ways: vec![(names, above.indexes.first().cloned())],
            },
        });
        Ok(())
    }

    fn read_config(
        &self,
        folder: &UntrustedPath,
        descriptor: &Descriptor,
    ) -> Result<(Digest, ImageConfig, Option<Platform>), OpenImageError> {
        let bytes = read_blob(self.files, folder, descriptor)?;
        let (mut config, platform) = read_config(&bytes).map_err(|source| OpenImageError::Malformed {
            place: self.files.place().to_owned(),
            document: blob_path(folder, &descriptor.digest).to_string(),
            source,
        })?;
        if descriptor.is_dockers_config() {
            config.is_in_dockers_format();
        }
        Ok((descriptor.digest.clone(), config, platform))
    }
}

/// The names that annotations give an image (OCI image-spec, annotations.md; containerd's and Docker's own).
fn names_of(descriptor: &Descriptor, above: &[String]) -> Vec<String> {
    const WHOLE_NAME: &str = "io.containerd.image.name";
    const NAME_OR_TAG: &str = "org.opencontainers.image.ref.name";
    let name = descriptor.annotations.get(WHOLE_NAME).or_else(|| descriptor.annotations.get(NAME_OR_TAG));
    match name {
        Some(name) if !name.is_empty() => vec![name.clone()],
        _ => above.to_vec(),
    }
}
