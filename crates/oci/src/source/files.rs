//! The files of an image that lies in an archive or a folder.

use std::io;

use model::{Digest, UntrustedPath};
use serde::de::DeserializeOwned;

use super::OpenImageError;
use crate::image::ImageConfig;
use crate::local_blob::LocalBlob;
use crate::manifest::{Descriptor, LARGEST_DOCUMENT};
use crate::stored::digest_of;

/// Files by their path.
pub(crate) trait Files: Send + Sync {
    /// How a person knows the archive or folder.
    fn place(&self) -> &str;

    /// The file at `path`, links followed as far as they stay inside; `None` when there is none.
    fn file(&self, path: &UntrustedPath) -> io::Result<Option<LocalBlob>>;

    /// The folders that hold an `index.json`, the root first.
    fn layouts(&self) -> Vec<UntrustedPath>;
}

/// Reads a document that may be absent.
pub(super) fn read_optional(files: &dyn Files, path: &UntrustedPath) -> Result<Option<Vec<u8>>, OpenImageError> {
    let read = files.file(path).and_then(|file| file.map(|file| file.read_all(LARGEST_DOCUMENT)).transpose());
    read.map_err(|source| OpenImageError::Read { place: format!("{path} in {}", files.place()), source })
}

/// Reads a document that must be there.
pub(super) fn read(files: &dyn Files, path: &UntrustedPath) -> Result<Vec<u8>, OpenImageError> {
    read_optional(files, path)?
        .ok_or_else(|| OpenImageError::Missing { place: files.place().to_owned(), missing: path.to_string() })
}

/// Reads the blob that `descriptor` names from the layout in `folder`, and verifies it.
pub(super) fn read_blob(
    files: &dyn Files,
    folder: &UntrustedPath,
    descriptor: &Descriptor,
) -> Result<Vec<u8>, OpenImageError> {
    let path = blob_path(folder, &descriptor.digest);
    let bytes = read(files, &path)?;
    verify(files, &path, &bytes, &descriptor.digest)?;
    verify_size(files, &path, bytes.len() as u64, descriptor)?;
    Ok(bytes)
}

/// Refuses a blob that has not the size that its descriptor states.
pub(super) fn verify_size(
    files: &dyn Files,
    path: &UntrustedPath,
    actual: u64,
    descriptor: &Descriptor,
) -> Result<(), OpenImageError> {
    let stated = descriptor.size;
    match actual == stated {
        true => Ok(()),
        false => Err(OpenImageError::WrongSize {
            place: files.place().to_owned(),
            document: path.to_string(),
            stated,
            actual,
        }),
    }
}

/// Refuses a manifest that has another number of layers than its configuration.
pub(super) fn verify_layer_count(files: &dyn Files, config: &ImageConfig, layers: usize) -> Result<(), OpenImageError> {
    match config.other_layer_count(layers) {
        None => Ok(()),
        Some(stated) => Err(OpenImageError::WrongLayerCount { place: files.place().to_owned(), layers, stated }),
    }
}

/// Refuses a document whose bytes do not have the digest that it is named by.
pub(super) fn verify(
    files: &dyn Files,
    path: &UntrustedPath,
    bytes: &[u8],
    digest: &Digest,
) -> Result<(), OpenImageError> {
    let actual = digest_of(digest.algorithm(), bytes);
    if actual == *digest {
        return Ok(());
    }
    Err(OpenImageError::WrongDigest { place: files.place().to_owned(), document: path.to_string(), actual })
}

/// Reads JSON.
pub(super) fn parse<T: DeserializeOwned>(
    files: &dyn Files,
    path: &UntrustedPath,
    bytes: &[u8],
) -> Result<T, OpenImageError> {
    serde_json::from_slice(bytes).map_err(|source| OpenImageError::Malformed {
        place: files.place().to_owned(),
        document: path.to_string(),
        source,
    })
}

/// Where the layout in `folder` keeps a blob (OCI image-spec, image-layout.md, Blobs).
pub(super) fn blob_path(folder: &UntrustedPath, digest: &Digest) -> UntrustedPath {
    UntrustedPath::normalise(&format!("{folder}/blobs/{}/{}", digest.algorithm().as_str(), digest.hex()))
}

/// The digest that a path ends with: `…/blobs/sha256/HEX`, `sha256:HEX`, `HEX.json`, `HEX.tar.gz`.
pub(super) fn digest_in_path(path: &str) -> Option<Digest> {
    let mut parts = path.rsplit('/');
    let name = parts.next()?;
    if let (Some(algorithm), Some("blobs")) = (parts.next(), parts.next()) {
        return format!("{algorithm}:{name}").parse().ok();
    }
    name.parse().ok()
}
