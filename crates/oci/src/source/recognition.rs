//! Recognising what a path is.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::claims::{self, Claim};
use super::directory_transport;
use super::files::digest_in_path;
use crate::compression::{Compression, MAGIC_BYTES, inflate, read_full};
use crate::entry::{EntryKind, EntryStream};
use crate::local_blob::{LocalFile, SeekReader};
use crate::manifest::LARGEST_DOCUMENT;
use crate::tar::{self, SkipRead, TarReader};

const BUFFER_BYTES: usize = 128 << 10;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// An archive of `docker save`, for [`super::open_docker_archive`].
    DockerArchive,
    /// An OCI image layout in an archive, for [`super::open_oci_archive`].
    OciArchive,
    /// A tar archive that is none of these, for [`super::open_root_archive`]: a root file system or just files.
    OtherArchive,
    /// An OCI image layout in a folder, for [`super::open_oci_layout`].
    OciLayout,
    /// Another folder with an image, for [`super::open_image_folder`].
    ImageFolder,
    /// A folder that looks like a root file system.
    RootFileSystem,
    /// Any other folder.
    Folder,
    /// Any other file.
    OtherFile,
}

/// Tells what `path` is by what it holds. A compressed archive is inflated until its members tell, which takes time
/// where they are large: who expects an image archive of either kind calls [`super::open_archive`] at once.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn recognise(path: &Path) -> io::Result<PathKind> {
    let metadata = path.metadata()?;
    if metadata.is_dir() {
        return Ok(recognise_folder(path));
    }
    if !metadata.is_file() {
        // Looking into a pipe would take away what somebody wants to read.
        return Ok(PathKind::OtherFile);
    }
    let file = LocalFile::new(File::open(path)?, None)?;
    let mut head = [0; MAGIC_BYTES];
    let length = read_full(&mut file.whole().open(), &mut head)?;
    match Compression::of(&head[..length]) {
        Err(_) => Ok(PathKind::OtherFile),
        Ok(Compression::Plain) => Ok(recognise_archive(SeekReader::new(&file.whole()))),
        Ok(compression) => {
            let open = || BufReader::with_capacity(BUFFER_BYTES, file.whole().open());
            let bytes = inflate(compression, open(), Box::new(move || Ok(Box::new(open()))))?;
            Ok(recognise_archive(BufReader::with_capacity(BUFFER_BYTES, bytes)))
        }
    }
}

/// Whether a file begins as a tar archive does, compressed or not, damaged or not. Only its beginning is read; of what is no
/// plain file, or is compressed in a way that is not read, nothing else is known than that it may be one.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn begins_as_archive(path: &Path) -> io::Result<bool> {
    if !path.metadata()?.is_file() {
        return Ok(true);
    }
    let file = LocalFile::new(File::open(path)?, None)?;
    let mut head = [0; MAGIC_BYTES];
    let length = read_full(&mut file.whole().open(), &mut head)?;
    let Ok(compression) = Compression::of(&head[..length]) else { return Ok(true) };
    let open = || BufReader::new(file.whole().open());
    let mut bytes = inflate(compression, open(), Box::new(move || Ok(Box::new(open()))))?;
    tar::begins_as_archive(&mut *bytes)
}

fn recognise_folder(path: &Path) -> PathKind {
    let has = |name: &str| path.join(name).symlink_metadata().is_ok();
    // Two of the three: a layout that lacks one is damaged, and opening it says so.
    if [has("index.json"), has("oci-layout"), has("blobs")].into_iter().filter(|is_there| *is_there).count() > 1 {
        PathKind::OciLayout
    } else if has_image(path) {
        PathKind::ImageFolder
    } else if has("etc/os-release") || has("usr/lib/os-release") || (has("etc") && has("usr") && has("bin")) {
        PathKind::RootFileSystem
    } else {
        PathKind::Folder
    }
}

/// Whether a folder has the parts of an image as `docker save` and `skopeo copy … dir:` name them. What has the blobs and a
/// damaged list of them is an image that cannot be read, and no folder of a few files.
fn has_image(path: &Path) -> bool {
    let read = |name: &str, limit: u64| {
        let mut bytes = Vec::new();
        let file = path.join(name);
        let is_file = file.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        let read = File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes));
        (is_file && read.is_ok()).then_some(bytes)
    };
    let manifest = read("manifest.json", LARGEST_DOCUMENT);
    if let Some(bytes) = &manifest
        && (claims::of_manifest_list(bytes) == Claim::Image || directory_transport::is_manifest(bytes))
    {
        return true;
    }
    let is_transport = || read("version", 64).is_some_and(|bytes| bytes.starts_with(b"Directory Transport Version"));
    let is_listed = manifest.is_some() || path.join("repositories").is_file() || is_transport();
    is_listed && has_blobs(path)
}

/// How many names of a folder are looked at for those of blobs.
const MOST_NAMES: usize = 10_000;

fn has_blobs(path: &Path) -> bool {
    let Ok(entries) = path.read_dir() else { return false };
    entries.take(MOST_NAMES).flatten().any(|entry| {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { return false };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => is_digits(name) && entry.path().join("layer.tar").symlink_metadata().is_ok(),
            Ok(_) => is_blob(name),
            Err(_) => false,
        }
    })
}

/// An archive of Docker 25 has both an `index.json` and a `manifest.json`, the latter at its end.
fn recognise_archive(bytes: impl SkipRead) -> PathKind {
    let mut tar = TarReader::new(bytes, Arc::from("archive"));
    let mut seen = Seen::default();
    while let Ok(Some(entry)) = tar.next_entry() {
        let path = entry.path.as_str();
        seen.has_members = true;
        seen.is_root |= is_of_root_file_system(path);
        if matches!(entry.kind, EntryKind::Directory | EntryKind::Other) {
            continue;
        }
        seen.has_blobs |= is_blob(path);
        match path {
            "manifest.json" if entry.kind == EntryKind::File => {
                seen.manifest = document(tar.content()).map(|bytes| claims::of_manifest_list(&bytes));
            }
            "index.json" if entry.kind == EntryKind::File => {
                seen.index = document(tar.content()).map(|bytes| claims::of_index(&bytes));
            }
            "oci-layout" => seen.has_layout = true,
            "repositories" => seen.has_repositories = true,
            _ if seen.has_inner_layout || seen.has_inner_list => {}
            _ => match inner(path, tar.content()) {
                Some(Inner::Layout) => seen.has_inner_layout = true,
                Some(Inner::List) => seen.has_inner_list = true,
                None => seen.has_layer |= path.ends_with("/layer.tar"),
            },
        }
        if is_old_docker_member(path) || seen.manifest == Some(Claim::Image) {
            return PathKind::DockerArchive;
        }
    }
    seen.kind()
}

/// What an archive was seen to have in it.
#[derive(Debug, Default)]
struct Seen {
    has_members: bool,
    /// Folders that an archive around an image does not have.
    is_root: bool,
    /// Files that are named by a digest, as images keep them.
    has_blobs: bool,
    /// What marks an OCI layout at the root of the archive.
    has_layout: bool,
    /// What marks one in a folder of its own.
    has_inner_layout: bool,
    /// The list of an archive of `docker save` in a folder of its own.
    has_inner_list: bool,
    /// The list of images that Docker wrote before 1.10, and a layer as it named them.
    has_repositories: bool,
    has_layer: bool,
    manifest: Option<Claim>,
    index: Option<Claim>,
}

impl Seen {
    /// What the archive is. Where a document is no JSON, the archive counts as that of an image, which is damaged, unless it
    /// shows that it is something else: opening it says so in a sentence, and a damaged image that is taken for a few files
    /// would seem to have nothing in it. So does one that has the parts of an image and no list of them at its root.
    fn kind(&self) -> PathKind {
        let is_image = self.has_blobs || !self.is_root;
        match (self.manifest, self.index) {
            (Some(Claim::Unclear), _) if is_image || self.has_layout => PathKind::DockerArchive,
            (_, Some(Claim::Image)) => PathKind::OciArchive,
            (_, Some(Claim::Unclear)) if is_image => PathKind::OciArchive,
            (_, Some(Claim::Other)) if self.has_blobs => PathKind::OciArchive,
            _ if self.has_layout || (self.has_inner_layout && is_image) => PathKind::OciArchive,
            (Some(Claim::Other), _) if self.has_blobs => PathKind::DockerArchive,
            _ if self.has_repositories && self.has_layer => PathKind::DockerArchive,
            _ if (self.has_inner_list || self.has_blobs) && !self.is_root => PathKind::DockerArchive,
            _ if self.has_members => PathKind::OtherArchive,
            _ => PathKind::OtherFile,
        }
    }
}

/// The content of a document; `None` where it is larger than those of images are.
fn document(content: &mut dyn Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // One that is cut off is no JSON.
    let _ = content.take(LARGEST_DOCUMENT + 1).read_to_end(&mut bytes);
    (bytes.len() as u64 <= LARGEST_DOCUMENT).then_some(bytes)
}

/// Whether a path is `ID/layer.tar`, `ID/VERSION` or `ID/json`, as Docker wrote them before version 25.
fn is_old_docker_member(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(folder, name)| is_digits(folder) && matches!(name, "layer.tar" | "VERSION" | "json"))
}

/// Whether a path is that of a layer or a configuration: `blobs/sha256/HEX`, `HEX.json`, `HEX.tar.gz`, `sha256:HEX`.
fn is_blob(path: &str) -> bool {
    if path.starts_with("blobs/") {
        return digest_in_path(path).is_some();
    }
    let name = path.strip_prefix("sha256:").unwrap_or(path);
    let (stem, end) = name.split_once('.').unwrap_or((name, ""));
    is_digits(stem) && matches!(end, "" | "json" | "tar" | "tar.gz" | "tgz" | "tar.zst")
}

/// Whether it is a SHA-256 in hexadecimal digits.
fn is_digits(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What marks an image in a folder of its own.
enum Inner {
    /// An OCI layout, as some builders ship one for each platform.
    Layout,
    /// What `docker save` wrote, packed once more with the folder that it was unpacked into.
    List,
}

fn inner(path: &str, content: &mut dyn Read) -> Option<Inner> {
    match path.split_once('/')?.1 {
        "oci-layout" => Some(Inner::Layout),
        "index.json" => {
            document(content).filter(|bytes| claims::of_index(bytes) != Claim::Other).map(|_| Inner::Layout)
        }
        "manifest.json" => {
            document(content).filter(|bytes| claims::of_manifest_list(bytes) == Claim::Image).map(|_| Inner::List)
        }
        _ => None,
    }
}

/// Whether a path begins with a folder of the Filesystem Hierarchy Standard 3.0.
fn is_of_root_file_system(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin",
        "srv", "sys", "tmp", "usr", "var",
    ];
    path.split('/').next().is_some_and(|first| FOLDERS.contains(&first))
}
