//! Where images come from: one file for each kind of source.

mod archive_files;
mod beside;
mod choice;
mod claims;
mod compressed_archive;
mod directory_transport;
mod docker_archive;
mod files;
mod folder_files;
mod oci_layout;
mod recognition;
mod spool;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Digest, Platform};

use crate::cache::Cache;
use crate::compression::{Compression, MAGIC_BYTES, UnsupportedCompression, read_full};
use crate::entry::ReadEntriesError;
use crate::image::{Image, ImageConfig, Layer, LayerIdentity};
use crate::local_blob::{LocalBlob, LocalFile};
use crate::local_layers::{LocalLayer, LocalLayers};
use archive_files::ArchiveFiles;
pub(crate) use beside::LocalCompanions;
use compressed_archive::CompressedArchive;
use folder_files::FolderFiles;
pub use recognition::{PathKind, begins_as_archive, recognise};

/// How an image is opened.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions<'a> {
    /// The platform to take where an index or an archive has several; default the one that this program runs on, or
    /// the only one there.
    pub platform: Option<Platform>,
    /// The name, tag or digest to take where a file has several images.
    pub image: Option<String>,
    /// Where digests of unchanged local files are remembered.
    pub cache: Option<&'a Cache>,
}

/// The error of opening an image from a file, a folder or standard input.
#[derive(Debug, thiserror::Error)]
pub enum OpenImageError {
    /// It is not there, or may not be read.
    #[error("cannot read {place}")]
    Read {
        /// The file, with what inside of it.
        place: String,
        /// The cause.
        source: io::Error,
    },
    /// A compressed archive, or one that comes through a pipe, cannot be kept in a temporary file.
    #[error("cannot write {place} to a temporary file; make room there, or choose another place with TMPDIR")]
    Spool {
        /// The file.
        place: String,
        /// The cause.
        source: io::Error,
    },
    /// The archive around the image cannot be read.
    #[error("cannot read the image archive")]
    Archive {
        /// The cause, which names the file.
        source: ReadEntriesError,
    },
    /// The archive is compressed in a way that is not read.
    #[error("cannot inflate {place}")]
    Compression {
        /// The file.
        place: String,
        /// The compression.
        source: UnsupportedCompression,
    },
    /// It is something else.
    #[error("{place} is no {expected}: it has no {missing} at its root")]
    OtherKind {
        /// The file or folder.
        place: String,
        /// What it was opened as.
        expected: &'static str,
        /// What such a thing has.
        missing: &'static str,
    },
    /// It is no image at all.
    #[error(
        "{place} {what}, and so is no image; give an archive of `docker save` or an OCI layout, and anything else (a root file \
         system, a bill of materials) as a file by its name"
    )]
    NoArchive {
        /// The file.
        place: String,
        /// What it is instead, after its name.
        what: &'static str,
    },
    /// A document inside of it is malformed.
    #[error("{document} in {place} is malformed")]
    Malformed {
        /// The file or folder.
        place: String,
        /// The path inside of it.
        document: String,
        /// The cause.
        source: serde_json::Error,
    },
    /// A document inside of it says something impossible.
    #[error("{document} in {place} {reason}")]
    Unusable {
        /// The file or folder.
        place: String,
        /// The path inside of it.
        document: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file that the image needs is absent.
    #[error("{place} is incomplete: it names {missing} and does not have it")]
    Missing {
        /// The file or folder.
        place: String,
        /// What is absent.
        missing: String,
    },
    /// A document does not have the digest that it is named by.
    #[error("{document} in {place} is not what it claims to be: its bytes have the digest {actual}")]
    WrongDigest {
        /// The file or folder.
        place: String,
        /// The path inside of it.
        document: String,
        /// The digest of its bytes.
        actual: Digest,
    },
    /// A blob has not the size that its descriptor states (OCI image-spec, descriptor.md, `size`).
    #[error(
        "{document} in {place} is not what it claims to be: it has {actual} bytes, and its descriptor states {stated}"
    )]
    WrongSize {
        /// The file or folder.
        place: String,
        /// The path inside of it.
        document: String,
        /// Bytes, as its descriptor states.
        stated: u64,
        /// Bytes that it has.
        actual: u64,
    },
    /// The manifest has another number of layers than its configuration (OCI image-spec, config.md, `rootfs.diff_ids`).
    #[error(
        "the image in {place} contradicts itself: the number of layers in its manifest is {layers}, and in rootfs.diff_ids \
         of its configuration {stated}"
    )]
    WrongLayerCount {
        /// The file or folder.
        place: String,
        /// How many layers the manifest has.
        layers: usize,
        /// How many layers the configuration has.
        stated: usize,
    },
    /// The image has more layers than any engine would run.
    #[error("the image in {place} has {count} layers, more than the 1,024 that are read")]
    TooManyLayers {
        /// The file or folder.
        place: String,
        /// How many there are.
        count: usize,
    },
    /// It has no image at all.
    #[error("{place} has no images")]
    Empty {
        /// The file or folder.
        place: String,
    },
    /// None of its images has the wanted name.
    #[error("{place} has no image `{wanted}`; it has {}", offered.join(", "))]
    NoSuchImage {
        /// The file or folder.
        place: String,
        /// The name that was asked for.
        wanted: String,
        /// The names that there are.
        offered: Vec<String>,
    },
    /// There are several images, and nothing says which one is meant.
    #[error("{place} has several images; name one of {}", offered.join(", "))]
    SeveralImages {
        /// The file or folder.
        place: String,
        /// The names that there are.
        offered: Vec<String>,
    },
    /// There is none for the platform.
    #[error("{place} has no image for {wanted}; it has {}; choose with --platform", offered.join(", "))]
    NoSuchPlatform {
        /// The file or folder.
        place: String,
        /// The platform that was asked for.
        wanted: Platform,
        /// The platforms that there are.
        offered: Vec<String>,
    },
    /// Standard input holds more than is kept of it, or a compressed archive inflates to more.
    #[error("{place} has more than {limit_bytes} bytes when it is uncompressed")]
    TooLarge {
        /// The file.
        place: String,
        /// The limit.
        limit_bytes: u64,
    },
}

/// Opens an archive of `docker save` (or of a program that writes the same), compressed or not.
///
/// # Errors
/// When it cannot be read, is none, or has not exactly one image that fits the options.
pub fn open_docker_archive(path: &Path, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    open_file(path, Kind::Docker, options)
}

/// Opens an OCI image layout inside of a tar archive, compressed or not.
///
/// # Errors
/// When it cannot be read, is none, or has not exactly one image that fits the options.
pub fn open_oci_archive(path: &Path, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    open_file(path, Kind::Oci, options)
}

/// Opens an archive, whichever of the two kinds it is.
///
/// # Errors
/// When it cannot be read, is neither, or has not exactly one image that fits the options.
pub fn open_archive(path: &Path, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    open_file(path, Kind::Either, options)
}

/// Opens an archive of either kind that comes through a pipe; it is kept in a temporary file without a name, of at most
/// 64 GiB.
///
/// # Errors
/// As [`open_archive`], and when the temporary file cannot be written.
pub fn open_archive_stdin(
    input: &mut (dyn io::Read + Send),
    options: &OpenOptions<'_>,
) -> Result<Image, OpenImageError> {
    let place = || "standard input".to_owned();
    let mut head = [0; MAGIC_BYTES];
    let length = read_full(input, &mut head).map_err(|source| OpenImageError::Read { place: place(), source })?;
    match &head[..length] {
        [] => return Err(OpenImageError::NoArchive { place: place(), what: "is empty" }),
        [b'{' | b'[' | b'<', ..] => {
            return Err(OpenImageError::NoArchive { place: place(), what: "is a document and no archive" });
        }
        _ => {}
    }
    open_archive_stream(&mut io::Read::chain(&head[..length], input), &place(), options)
}

/// Opens an archive of either kind that comes from anywhere; `place` is what errors call it.
pub(crate) fn open_archive_stream(
    input: &mut (dyn io::Read + Send),
    place: &str,
    options: &OpenOptions<'_>,
) -> Result<Image, OpenImageError> {
    Kind::Either.open(&ArchiveFiles::from_stream(place, input)?, options)
}

/// Opens a tar archive of a root file system, compressed or not, as an image of one layer without a configuration.
///
/// # Errors
/// When it cannot be read.
pub fn open_root_archive(path: &Path, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    let file = File::open(path).and_then(|file| LocalFile::new(file, options.cache));
    let blob = file.map_err(|source| cannot_read(path, source))?.whole();
    let identity = blob.identify(None, options.cache);
    Ok(root_image(path.display().to_string(), blob, identity))
}

/// Opens a tar archive of a root file system that comes from anywhere, as [`open_root_archive`] does. It is kept in a
/// temporary file without a name, of at most 64 GiB; `place` is what errors call it.
pub(crate) fn open_root_stream(input: &mut (dyn io::Read + Send), place: &str) -> Result<Image, OpenImageError> {
    let blob = spool::spool_stream(input, place)?.whole();
    if blob.size_bytes() == 0 {
        return Err(OpenImageError::NoArchive { place: place.to_owned(), what: "is empty" });
    }
    Ok(root_image(place.to_owned(), blob, LayerIdentity::Unknown))
}

/// An image of one layer without a configuration.
fn root_image(name: String, blob: LocalBlob, identity: LayerIdentity) -> Image {
    Image {
        name,
        names: Vec::new(),
        digest: None,
        platform: None,
        config: ImageConfig::default(),
        annotations: BTreeMap::new(),
        layers: vec![Layer { identity, diff_id: None, size_bytes: blob.size_bytes() }],
        indexes: Vec::new(),
        blobs: Arc::new(LocalLayers::new(vec![LocalLayer::Blob(blob)])),
    }
}

/// Opens an OCI image layout in a folder (OCI image-spec, image-layout.md).
///
/// # Errors
/// When it cannot be read, is none, or has not exactly one image that fits the options.
pub fn open_oci_layout(folder: &Path, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    oci_layout::open(&FolderFiles::open(folder, options.cache)?, options)
}

/// Opens an image in a folder that is no OCI layout: an unpacked archive of `docker save`, or what `skopeo copy … dir:` wrote.
///
/// # Errors
/// When it cannot be read, is neither, or has not exactly one image that fits the options.
pub fn open_image_folder(folder: &Path, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    let files = FolderFiles::open(folder, options.cache)?;
    let manifest = files::read_optional(&files, &model::UntrustedPath::normalise("manifest.json"))?;
    match manifest.is_some_and(|bytes| directory_transport::is_manifest(&bytes)) {
        true => directory_transport::open(&files, options),
        false => docker_archive::open(&files, options),
    }
}

/// Which kind of archive is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Docker,
    Oci,
    Either,
}

impl Kind {
    fn open(self, files: &ArchiveFiles, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
        if self == Kind::Oci || (self == Kind::Either && !docker_archive::is_one(files)) {
            return match oci_layout::open(files, options) {
                Err(OpenImageError::OtherKind { place, .. }) if self == Kind::Either => {
                    let what = "has neither a manifest.json nor an index.json";
                    Err(OpenImageError::NoArchive { place, what })
                }
                opened => opened,
            };
        }
        // Docker lists one platform of an image in `manifest.json`; the others are in the OCI layout beside it.
        match docker_archive::open(files, options) {
            Err(error @ OpenImageError::NoSuchPlatform { .. }) => oci_layout::open(files, options).map_err(|_| error),
            opened => opened,
        }
    }
}

/// What `crate::exercise` needs of the kinds of images.
pub(crate) mod exercise {
    pub(crate) use super::docker_archive::open as open_docker;
    pub(crate) use super::files::Files;
    pub(crate) use super::oci_layout::open as open_layout;
}

/// Opens an archive in place, or through a temporary file where it is compressed or no plain file.
fn open_file(path: &Path, kind: Kind, options: &OpenOptions<'_>) -> Result<Image, OpenImageError> {
    let cannot_read = |source| cannot_read(path, source);
    let place = path.display().to_string();
    let mut file = File::open(path).map_err(cannot_read)?;
    let metadata = file.metadata().map_err(cannot_read)?;
    if metadata.is_dir() {
        return Err(cannot_read(io::ErrorKind::IsADirectory.into()));
    }
    if !metadata.is_file() {
        return kind.open(&ArchiveFiles::from_stream(&place, &mut file)?, options);
    }
    let archive = LocalFile::new(file, options.cache).map_err(cannot_read)?.whole();
    let mut head = [0; MAGIC_BYTES];
    let length = read_full(&mut archive.open(), &mut head).map_err(cannot_read)?;
    match Compression::of(&head[..length]) {
        Ok(Compression::Plain) => kind.open(&ArchiveFiles::from_plain(&place, &archive)?, options),
        Ok(compression) => CompressedArchive { place, archive, compression, kind }.open(options),
        Err(source) => Err(OpenImageError::Compression { place, source }),
    }
}

fn cannot_read(path: &Path, source: io::Error) -> OpenImageError {
    OpenImageError::Read { place: PathBuf::from(path).display().to_string(), source }
}

#[cfg(test)]
mod tests;
