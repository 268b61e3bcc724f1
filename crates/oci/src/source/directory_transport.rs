//! Images as `skopeo copy … dir:FOLDER` writes them (containers-transports(5), `dir:path`): the manifest or index as
//! `manifest.json`, every blob beside it by the hexadecimal digits of its digest, manifests of an index as `HEX.manifest.json`.

use std::collections::BTreeMap;
use std::io;

use model::{DigestAlgorithm, UntrustedPath};
use serde::de::IgnoredAny;

use super::files::{Files, blob_path, read_optional};
use super::{OpenImageError, OpenOptions, oci_layout};
use crate::image::Image;
use crate::local_blob::LocalBlob;
use crate::manifest::Descriptor;
use crate::stored::digest_of;

/// Whether a `manifest.json` is that of one image, or an index of several.
pub(super) fn is_manifest(bytes: &[u8]) -> bool {
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_slice(bytes).unwrap_or_default();
    let has = |key: &str| keys.contains_key(key);
    has("schemaVersion") && ["config", "layers", "manifests"].into_iter().any(has)
}

/// Opens the image that the options mean.
pub(super) fn open(files: &dyn Files, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    let path = UntrustedPath::normalise("manifest.json");
    let Some(bytes) = read_optional(files, &path)? else {
        return Err(OpenImageError::Missing { place: files.place().to_owned(), missing: path.to_string() });
    };
    let descriptor = Descriptor::of(digest_of(DigestAlgorithm::Sha256, &bytes), bytes.len() as u64);
    let root = UntrustedPath::default();
    let files = AsLayout { files, manifest: blob_path(&root, &descriptor.digest) };
    oci_layout::open_described(&files, vec![(root, descriptor)], options)
}

/// The files under the paths that they would have in an OCI layout.
struct AsLayout<'a> {
    files: &'a dyn Files,
    /// Where the manifest would be.
    manifest: UntrustedPath,
}

impl Files for AsLayout<'_> {
    fn place(&self) -> &str {
        self.files.place()
    }

    fn file(&self, path: &UntrustedPath) -> io::Result<Option<LocalBlob>> {
        if *path == self.manifest {
            return self.files.file(&UntrustedPath::normalise("manifest.json"));
        }
        if !path.as_str().starts_with("blobs/") {
            return Ok(None);
        }
        let name = path.file_name();
        match self.files.file(&UntrustedPath::normalise(name))? {
            Some(blob) => Ok(Some(blob)),
            None => self.files.file(&UntrustedPath::normalise(&format!("{name}.manifest.json"))),
        }
    }

    fn layouts(&self) -> Vec<UntrustedPath> {
        vec![UntrustedPath::default()]
    }
}
