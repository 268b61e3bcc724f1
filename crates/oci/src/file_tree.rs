//! A folder of this machine as a stream of entries: a repository, an unpacked root file system, the host itself.
//!
//! Every file is opened below its parent's own descriptor and without following links, so that nothing that happens in
//! the folder meanwhile leads out of it. The order is that of the names' bytes, the same on every run.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Gap, UntrustedPath, counted};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::entry::{Entry, EntryKind, EntryStream, ReadEntriesError};
use crate::file_capabilities::FileCapabilities;

mod file_systems;
mod overlay;

use overlay::Overlay;

/// How deep folders may lie in each other: each level holds one descriptor open, and programs may have 1,024 of them.
const DEEPEST: usize = 256;
/// The most entries that one folder may have, because its names are sorted in memory.
const LARGEST_FOLDER: usize = 5_000_000;
/// After this many gaps the rest are only counted.
const MOST_GAPS: usize = 1000;

/// What is left out of a tree.
#[derive(Debug, Clone, Default)]
pub struct FileTreeOptions {
    /// Whether file systems that the kernel makes up (proc, sysfs, cgroup, device and other ones) are entered.
    /// Leave it off for anything but a plain folder.
    pub enter_pseudo_file_systems: bool,
    /// Whether mounts of network file systems and of FUSE are entered.
    pub enter_network_file_systems: bool,
    /// Whether the folder is no root, so that absolute targets of symbolic links are places of the machine: those that lie in
    /// the folder come out as relative ones.
    pub is_no_root: bool,
    /// Paths that are left out with all that is below them, as they lie in the tree.
    pub excluded: BTreeSet<UntrustedPath>,
}

/// A folder that is walked from its root.
pub struct FileTree {
    container: Arc<str>,
    options: FileTreeOptions,
    /// How the folder may be named in absolute targets of links that lead into it.
    names: Vec<PathBuf>,
    /// The open folders from the root down to the present one.
    folders: Vec<Folder>,
    /// Where the present folder lies in the tree; ends with a slash but for the root.
    path: Vec<u8>,
    content: FileContent,
    gaps: Vec<Gap>,
    further_gaps: usize,
    /// Where the tree is one of overlayfs, whose marks mean something.
    overlay: Option<Overlay>,
}

/// The error of opening a folder.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the folder {}", folder.display())]
pub struct OpenFileTreeError {
    /// The folder.
    pub folder: PathBuf,
    /// The cause.
    pub source: io::Error,
}

struct Folder {
    descriptor: Arc<OwnedFd>,
    device: u64,
    /// The names that are still to come, the last one next.
    names: Vec<CString>,
    /// The length of the path without this folder's name.
    parent_length: usize,
}

/// The content of the present entry, opened when it is first read: most files are never looked at.
#[derive(Default)]
struct FileContent {
    /// The folder, name and identity of a regular file that is not yet open.
    waiting: Option<(Arc<OwnedFd>, CString, (u64, u64))>,
    file: Option<File>,
}

impl FileTree {
    /// Opens the tree below `root`; `root` itself may be a link.
    ///
    /// # Errors
    /// When it is no folder or may not be read.
    pub fn open(root: &Path, options: FileTreeOptions) -> Result<FileTree, OpenFileTreeError> {
        FileTree::open_with(root, options, OFlags::empty())
    }

    fn open_with(root: &Path, options: FileTreeOptions, flags: OFlags) -> Result<FileTree, OpenFileTreeError> {
        let error = |error: Errno| OpenFileTreeError { folder: root.to_owned(), source: error.into() };
        let flags = flags | OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = rustix::fs::open(root, flags, Mode::empty()).map_err(error)?;
        let device = rustix::fs::fstat(&descriptor).map_err(error)?.st_dev;
        let names = sorted_names(&descriptor).map_err(error)?.0;
        let names_of_root = match options.is_no_root {
            true => [root.canonicalize(), std::path::absolute(root)].into_iter().flatten().collect(),
            false => Vec::new(),
        };
        Ok(FileTree {
            container: root.display().to_string().into(),
            options,
            names: names_of_root,
            folders: vec![Folder { descriptor: Arc::new(descriptor), device, names, parent_length: 0 }],
            path: Vec::new(),
            content: FileContent::default(),
            gaps: Vec::new(),
            further_gaps: 0,
            overlay: None,
        })
    }

    /// Opens a folder that overlayfs lays over others: its whiteouts and opaque folders come out as those of layers do
    /// (OCI image-spec, layer.md, Whiteouts). `root` itself may be no link.
    ///
    /// # Errors
    /// When it is no folder or may not be read.
    pub(crate) fn open_overlay(root: &Path) -> Result<FileTree, OpenFileTreeError> {
        let mut tree = FileTree::open_with(root, FileTreeOptions::default(), OFlags::NOFOLLOW)?;
        let mut overlay = Overlay::default();
        if let Some(folder) = tree.folders.last() {
            overlay.look_at_folder(&folder.descriptor, &UntrustedPath::normalise(""));
        }
        tree.overlay = Some(overlay);
        Ok(tree)
    }

    /// The first place so far where a mark of overlayfs says that the content lies elsewhere, or cannot be read.
    pub(crate) fn elsewhere(&self) -> Option<&UntrustedPath> {
        self.overlay.as_ref()?.elsewhere.as_ref()
    }

    /// Whether the folder that was opened still is the one that its path leads to.
    pub(crate) fn is_in_place(&self, root: &Path) -> bool {
        let Some(folder) = self.folders.first() else { return false };
        let (Ok(opened), Ok(found)) = (rustix::fs::fstat(&*folder.descriptor), rustix::fs::lstat(root)) else {
            return false;
        };
        (opened.st_dev, opened.st_ino) == (found.st_dev, found.st_ino)
    }

    /// Takes what could not be read so far: folders without permission, folders that lie too deep.
    pub fn gaps(&mut self) -> Vec<Gap> {
        let mut gaps = std::mem::take(&mut self.gaps);
        let further = std::mem::take(&mut self.further_gaps);
        if further > 0 {
            let further = counted(further, "more file or folder", "more files and folders");
            gaps.push(Gap::new("", format!("{further} of {} cannot be read", self.container)));
        }
        gaps
    }

    fn gap(&mut self, path: &UntrustedPath, reason: impl Into<String>) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push(Gap::new(path.as_str(), reason));
        } else {
            self.further_gaps += 1;
        }
    }

    /// Goes into the folder `name` of the present one.
    fn enter(&mut self, name: &CStr, path: &UntrustedPath, stat: &Stat) {
        let Some(parent) = self.folders.last() else { return };
        if self.folders.len() >= DEEPEST {
            return self.gap(path, format!("folders lie more than {DEEPEST} deep here; scan this one by itself"));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let descriptor = match rustix::fs::openat(&*parent.descriptor, name, flags, Mode::empty()) {
            Ok(descriptor) => descriptor,
            Err(error) => return self.gap(path, cannot_read("the folder", error)),
        };
        if stat.st_dev != parent.device {
            match file_systems::kind(&descriptor) {
                file_systems::Kind::Pseudo if !self.options.enter_pseudo_file_systems => return,
                file_systems::Kind::Network if !self.options.enter_network_file_systems => {
                    return self.gap(path, "a network file system is mounted here, which is not scanned");
                }
                _ => {}
            }
        }
        if let Some(overlay) = &mut self.overlay {
            overlay.look_at_folder(&descriptor, path);
        }
        match sorted_names(&descriptor) {
            Ok((names, is_whole)) => {
                let parent_length = self.path.len();
                self.path.extend_from_slice(name.to_bytes());
                self.path.push(b'/');
                let descriptor = Arc::new(descriptor);
                self.folders.push(Folder { descriptor, device: stat.st_dev, names, parent_length });
                if !is_whole {
                    self.gap(path, format!("the folder has more than {LARGEST_FOLDER} entries; only so many are read"));
                }
            }
            Err(error) => self.gap(path, cannot_read("the folder", error)),
        }
    }

    /// The target of the link at `path`; as seen from there where it is absolute and lies in the folder.
    fn within(&self, path: &UntrustedPath, target: String) -> String {
        let below = self.names.iter().find_map(|name| Path::new(&target).strip_prefix(name).ok());
        match below.and_then(Path::to_str) {
            Some("") if path.parent().is_empty() => ".".to_owned(),
            Some(below) => format!("{}{below}", "../".repeat(path.as_str().matches('/').count())),
            None => target,
        }
    }

    /// The entry `name` of the present folder; `None` when it is left out or cannot be had.
    fn entry(&mut self, name: &CStr) -> Option<Entry> {
        let folder = self.folders.last()?;
        let folder_descriptor = Arc::clone(&folder.descriptor);
        let mut raw = self.path.clone();
        raw.extend_from_slice(name.to_bytes());
        let path = UntrustedPath::from_bytes(&raw);
        if self.options.excluded.contains(&path) {
            return None;
        }
        let stat = match rustix::fs::statat(&*folder.descriptor, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            // Somebody removed it after the folder was listed.
            Err(Errno::NOENT) => return None,
            Err(error) => {
                self.gap(&path, cannot_read("it", error));
                return None;
            }
        };
        if let Some(overlay) = &mut self.overlay {
            overlay.look_at_name(&path);
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::CharacterDevice if stat.st_rdev == 0 => return Some(overlay::whiteout(&path)),
                FileType::RegularFile => overlay.look_at_file(&folder.descriptor, name, &path),
                _ => {}
            }
        }
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Directory,
            FileType::Symlink => match rustix::fs::readlinkat(&*folder.descriptor, name, Vec::new()) {
                Ok(target) => EntryKind::SymbolicLink(self.within(&path, target.to_string_lossy().into_owned())),
                Err(error) => {
                    self.gap(&path, cannot_read("the link", error));
                    return None;
                }
            },
            _ => EntryKind::Other,
        };
        let mut size_bytes = 0;
        match kind {
            EntryKind::File => {
                size_bytes = u64::try_from(stat.st_size).unwrap_or(0);
                let identity = (stat.st_dev, stat.st_ino);
                self.content.waiting = Some((Arc::clone(&folder.descriptor), name.to_owned(), identity));
            }
            EntryKind::Directory => self.enter(name, &path, &stat),
            EntryKind::SymbolicLink(_) | EntryKind::HardLink(_) | EntryKind::Other => {}
        }
        let mode = stat.st_mode & 0o7777;
        let is_program = matches!(FileType::from_raw_mode(stat.st_mode), FileType::RegularFile) && mode & 0o111 != 0;
        let capabilities =
            if is_program { capabilities_of(&folder_descriptor, name) } else { FileCapabilities::default() };
        Some(Entry { path, kind, size_bytes, mode, capabilities })
    }
}

impl EntryStream for FileTree {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        self.content = FileContent::default();
        if let Some(opaque) = self.overlay.as_mut().and_then(|overlay| overlay.opaque.take()) {
            return Ok(Some(opaque));
        }
        loop {
            let is_root = self.folders.len() == 1;
            let Some(folder) = self.folders.last_mut() else { return Ok(None) };
            let Some(name) = folder.names.pop() else {
                if is_root && self.overlay.is_some() {
                    // The root stays open, so that it can be asked whether it is still in place.
                    return Ok(None);
                }
                self.path.truncate(folder.parent_length);
                self.folders.pop();
                continue;
            };
            if let Some(entry) = self.entry(&name) {
                return Ok(Some(entry));
            }
        }
    }

    fn content(&mut self) -> &mut dyn Read {
        &mut self.content
    }
}

impl Read for FileContent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((folder, name, identity)) = self.waiting.take() {
            // A file may be exchanged for a named pipe meanwhile: that must not wait for a writer.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            let file = rustix::fs::openat(&*folder, &name, flags, Mode::empty())?;
            let stat = rustix::fs::fstat(&file)?;
            if (stat.st_dev, stat.st_ino) != identity {
                return Err(io::Error::other("the file was exchanged while the folder was read"));
            }
            self.file = Some(File::from(file));
        }
        match &mut self.file {
            Some(file) => file.read(buffer),
            None => Ok(0),
        }
    }
}

/// The names in a folder, the first one last, and whether they are all.
fn sorted_names(folder: &OwnedFd) -> rustix::io::Result<(Vec<CString>, bool)> {
    let mut names: Vec<CString> = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if names.len() >= LARGEST_FOLDER {
            names.sort_unstable_by(|one, other| other.cmp(one));
            return Ok((names, false));
        }
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    names.sort_unstable_by(|one, other| other.cmp(one));
    Ok((names, true))
}

/// The capabilities of the program `name`. There is no call that takes a folder's descriptor and a name, but the kernel
/// shows open folders as paths.
fn capabilities_of(folder: &OwnedFd, name: &CStr) -> FileCapabilities {
    let mut path = format!("/proc/self/fd/{}/", folder.as_raw_fd()).into_bytes();
    path.extend_from_slice(name.to_bytes());
    let mut value = [0; 64];
    match rustix::fs::lgetxattr(path.as_slice(), c"security.capability", &mut value) {
        Ok(length) => FileCapabilities::from_attribute(&value[..length.min(value.len())]),
        // It has none, as nearly every file, or lies where there are no attributes.
        Err(_) => FileCapabilities::default(),
    }
}

fn cannot_read(what: &str, error: Errno) -> String {
    format!("cannot read {what}: {}", io::Error::from(error))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn check(root: &Path, options: FileTreeOptions, listing: &[&str]) -> Vec<Gap> {
        let mut tree = FileTree::open(root, options).unwrap();
        let mut found = Vec::new();
        while let Some(entry) = tree.next_entry().unwrap() {
            let mut content = String::new();
            tree.content().read_to_string(&mut content).unwrap();
            found.push(match entry.kind {
                EntryKind::File => format!("{} = {content}", entry.path),
                EntryKind::Directory => format!("{}/", entry.path),
                EntryKind::SymbolicLink(target) => format!("{} -> {target}", entry.path),
                EntryKind::HardLink(_) | EntryKind::Other => format!("{} ?", entry.path),
            });
        }
        assert_eq!(found, listing);
        tree.gaps()
    }

    #[test]
    fn a_tree_is_walked_in_order_and_never_left() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("b/c")).unwrap();
        fs::create_dir_all(root.join("skipped/x")).unwrap();
        fs::write(folder.path().join("secret"), "outside").unwrap();
        fs::write(root.join("b/z"), "1").unwrap();
        fs::write(root.join("b/c/a"), "2").unwrap();
        fs::write(root.join("b.txt"), "3").unwrap();
        symlink("../secret", root.join("a")).unwrap();
        symlink("..", root.join("b/up")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, root.join("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let options = FileTreeOptions {
            excluded: BTreeSet::from([UntrustedPath::normalise("skipped")]),
            ..FileTreeOptions::default()
        };
        let listing = ["a -> ../secret", "b/", "b/c/", "b/c/a = 2", "b/up -> ..", "b/z = 1", "b.txt = 3", "pipe ?"];
        assert_eq!(check(&root, options, &listing), []);
    }

    #[test]
    fn absolute_links_into_a_folder_that_is_no_root_stay_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("b/c")).unwrap();
        symlink("root", folder.path().join("name")).unwrap();
        let written = root.canonicalize().unwrap();
        let name = folder.path().canonicalize().unwrap().join("name");
        symlink(written.join("x/y"), root.join("a")).unwrap();
        symlink(written.join("x/y"), root.join("b/c/a")).unwrap();
        symlink(&written, root.join("b/root")).unwrap();
        symlink(name.join("x"), root.join("named")).unwrap();
        symlink("/opt/x", root.join("out")).unwrap();
        symlink(&written, root.join("root")).unwrap();
        symlink(folder.path().join("rootless"), root.join("z")).unwrap();
        let rest = format!("z -> {}", folder.path().join("rootless").display());
        let within = FileTreeOptions { is_no_root: true, ..FileTreeOptions::default() };
        let listing = [
            "a -> x/y",
            "b/",
            "b/c/",
            "b/c/a -> ../../x/y",
            "b/root -> ../",
            "named -> x",
            "out -> /opt/x",
            "root -> .",
            &rest,
        ];
        assert_eq!(check(&name, within, &listing), []);
        let whole = format!("b/c/a -> {}", written.join("x/y").display());
        let mut tree = FileTree::open(&root, FileTreeOptions::default()).unwrap();
        let mut targets = Vec::new();
        while let Some(entry) = tree.next_entry().unwrap() {
            if let EntryKind::SymbolicLink(target) = entry.kind {
                targets.push(format!("{} -> {target}", entry.path));
            }
        }
        assert!(targets.contains(&whole), "{targets:?}");
    }

    #[test]
    fn folders_that_lie_too_deep_are_a_gap() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("d/".repeat(DEEPEST + 5))).unwrap();
        let mut tree = FileTree::open(folder.path(), FileTreeOptions::default()).unwrap();
        let mut count = 0;
        while tree.next_entry().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, DEEPEST);
        assert_eq!(tree.gaps().len(), 1);
    }

    #[test]
    fn a_folder_without_permission_is_a_gap() {
        let folder = tempfile::tempdir().unwrap();
        let closed = folder.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
        if fs::read_dir(&closed).is_ok() {
            return; // The superuser reads everything.
        }
        let gaps = check(folder.path(), FileTreeOptions::default(), &["closed/"]);
        assert_eq!(gaps[0].path, "closed");
    }

    #[test]
    fn a_file_that_is_exchanged_for_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "mine").unwrap();
        let mut tree = FileTree::open(folder.path(), FileTreeOptions::default()).unwrap();
        tree.next_entry().unwrap();
        fs::remove_file(&file).unwrap();
        symlink("/etc/hostname", &file).unwrap();
        assert!(tree.content().read_to_end(&mut Vec::new()).is_err());
    }
}
