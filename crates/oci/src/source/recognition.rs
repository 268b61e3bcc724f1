//! Recognising what a path is.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use crate::compression::{Compression, MAGIC_BYTES, inflate, read_full};
use crate::entry::{EntryKind, EntryStream};
use crate::local_blob::{LocalFile, SeekReader};
use crate::tar::{SkipRead, TarReader};

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

fn recognise_folder(path: &Path) -> PathKind {
    let has = |name: &str| path.join(name).symlink_metadata().is_ok();
    if has("index.json") && (has("oci-layout") || has("blobs")) {
        PathKind::OciLayout
    } else if has("etc/os-release") || has("usr/lib/os-release") || (has("etc") && has("usr") && has("bin")) {
        PathKind::RootFileSystem
    } else {
        PathKind::Folder
    }
}

/// An archive of Docker 25 has both an `index.json` and a `manifest.json`, the latter at its end.
fn recognise_archive(bytes: impl SkipRead) -> PathKind {
    let mut tar = TarReader::new(bytes, Arc::from("archive"));
    let mut kind = PathKind::OtherFile;
    while let Ok(Some(entry)) = tar.next_entry() {
        let is_file = !matches!(entry.kind, EntryKind::Directory | EntryKind::Other);
        let path = entry.path.as_str();
        if is_file && is_old_docker_member(path) {
            return PathKind::DockerArchive;
        }
        if is_file && path == "manifest.json" && begins_with_list(tar.content()) {
            return PathKind::DockerArchive;
        }
        let is_layout = is_file && matches!(entry.path.file_name(), "oci-layout" | "index.json") && is_near_root(path);
        if is_layout {
            kind = PathKind::OciArchive;
        } else if kind == PathKind::OtherFile {
            kind = PathKind::OtherArchive;
        }
    }
    kind
}

/// Whether a path is `ID/layer.tar`, `ID/VERSION` or `ID/json`, as Docker wrote them before version 25.
fn is_old_docker_member(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, name)| {
        let is_id = folder.len() == 64 && folder.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id && matches!(name, "layer.tar" | "VERSION" | "json")
    })
}

/// Layouts lie at the root of an archive or in a folder of their own.
fn is_near_root(path: &str) -> bool {
    path.matches('/').count() <= 1
}

/// Whether a `manifest.json` is the list of a docker archive: many programs give other files that name.
fn begins_with_list(content: &mut dyn Read) -> bool {
    let mut head = [0; 64];
    let length = read_full(content, &mut head).unwrap_or(0);
    head[..length].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}
