//! The marks that overlayfs leaves in the folders it lays over one another (Linux, filesystems/overlayfs.rst, whiteouts and
//! opaque directories).

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use model::UntrustedPath;
use rustix::io::Errno;

use crate::entry::{Entry, EntryKind};
use crate::file_capabilities::FileCapabilities;

/// The most that the names of the extended attributes of one file or folder take; they are a few.
const MAX_NAMES_BYTES: usize = 4096;
/// Values of the marks are one letter; a longer one is another mark.
const MAX_MARK_BYTES: usize = 16;
/// Where overlayfs keeps its marks as the superuser.
const PREFIX: &str = "trusted.overlay.";
/// Where it and its substitute keep them without rights of their own. An image may bring these attributes along, and the
/// superuser's overlayfs takes no notice of them: what they mean depends on who mounts the layer.
const UNCERTAIN_PREFIXES: [&str; 2] = ["user.overlay.", "user.fuseoverlayfs."];

/// What the marks say while a tree is walked.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// The mark of the folder that was entered last, which is to come out behind it.
    pub(super) opaque: Option<Entry>,
    /// The first file or folder whose content lies elsewhere.
    pub(super) elsewhere: Option<UntrustedPath>,
}

/// What the marks of one file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Opaque,
    Elsewhere,
}

impl Overlay {
    pub(super) fn look_at_folder(&mut self, folder: &OwnedFd, path: &UntrustedPath) {
        let mut names = [0; MAX_NAMES_BYTES];
        let listed = rustix::fs::flistxattr(folder, &mut names[..]);
        let value = |name: &str| {
            let mut value = [0; MAX_MARK_BYTES];
            let length = rustix::fs::fgetxattr(folder.as_fd(), name, &mut value[..]).ok()?;
            value.get(..length).map(<[u8]>::to_vec)
        };
        match mark(listed, &names, value) {
            Mark::None => {}
            Mark::Opaque => self.opaque = Some(beside(path.as_str(), ".wh..wh..opq")),
            Mark::Elsewhere => self.note(path),
        }
    }

    pub(super) fn look_at_file(&mut self, folder: &OwnedFd, name: &CStr, path: &UntrustedPath) {
        // Opening every file would cost several times as much as this.
        let place = [format!("/proc/self/fd/{}/", folder.as_raw_fd()).as_bytes(), name.to_bytes()].concat();
        let mut names = [0; MAX_NAMES_BYTES];
        let listed = rustix::fs::llistxattr(place, &mut names[..]);
        // A regular file is opaque in no tree: what says so is a whiteout of a kind that no engine makes.
        if mark(listed, &names, |_| None) != Mark::None {
            self.note(path);
        }
    }

    /// Looks at a name. One that is a whiteout in a layer is a plain file to overlayfs, and a whiteout again in an export
    /// and for its substitute.
    pub(super) fn look_at_name(&mut self, path: &UntrustedPath) {
        if path.file_name().starts_with(".wh.") {
            self.note(path);
        }
    }

    fn note(&mut self, path: &UntrustedPath) {
        self.elsewhere.get_or_insert_with(|| path.clone());
    }
}

/// The whiteout of a layer that says what a character device 0/0 at `path` says.
pub(super) fn whiteout(path: &UntrustedPath) -> Entry {
    beside(path.parent(), &format!(".wh.{}", path.file_name()))
}

fn beside(folder: &str, name: &str) -> Entry {
    let path = UntrustedPath::normalise(&format!("{folder}/{name}"));
    let capabilities = FileCapabilities::default();
    Entry { path, kind: EntryKind::File, size_bytes: 0, mode: 0, capabilities }
}

/// What a list of attributes says; one that cannot be read says that the content must be had otherwise.
fn mark(listed: Result<usize, Errno>, names: &[u8], value: impl Fn(&str) -> Option<Vec<u8>>) -> Mark {
    let names = match listed {
        Ok(length) => names.get(..length).unwrap_or_default(),
        // The file system has no attributes, or somebody removed the file after its folder was listed.
        Err(Errno::NOTSUP | Errno::NOENT) => return Mark::None,
        Err(_) => return Mark::Elsewhere,
    };
    let mut mark = Mark::None;
    for name in names.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok()) {
        if UNCERTAIN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            return Mark::Elsewhere;
        }
        let Some(what) = name.strip_prefix(PREFIX) else { continue };
        match what {
            "opaque" if value(name).as_deref() == Some(b"y") => mark = Mark::Opaque,
            // These tell how a file came here, and nothing about what it holds.
            "origin" | "impure" | "nlink" | "upper" | "uuid" | "protattr" => {}
            // `redirect`, `metacopy`, `whiteout`, `verity`, opaque folders of another kind, and what is yet to come.
            _ => return Mark::Elsewhere,
        }
    }
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &str, value: &str, expected: Mark) {
        let value = |_: &str| Some(value.as_bytes().to_vec());
        assert_eq!(mark(Ok(names.len()), names.as_bytes(), value), expected, "{names:?}");
    }

    #[test]
    fn marks_that_lead_elsewhere_are_told_from_those_that_hide() {
        check("", "", Mark::None);
        check("security.capability\0user.note\0", "y", Mark::None);
        check("trusted.overlay.opaque\0", "y", Mark::Opaque);
        check("trusted.overlay.origin\0trusted.overlay.opaque\0", "y", Mark::Opaque);
        check("trusted.overlay.opaque\0", "x", Mark::Elsewhere);
        check("trusted.overlay.redirect\0", "/a", Mark::Elsewhere);
        check("trusted.overlay.opaque\0trusted.overlay.metacopy\0", "y", Mark::Elsewhere);
        check("trusted.overlay.overlay.opaque\0", "y", Mark::Elsewhere);
    }

    #[test]
    fn marks_that_an_image_may_bring_along_hide_nothing() {
        check("user.overlay.opaque\0", "y", Mark::Elsewhere);
        check("trusted.overlay.opaque\0user.fuseoverlayfs.opaque\0", "y", Mark::Elsewhere);
    }

    #[test]
    fn attributes_that_cannot_be_read_lead_elsewhere() {
        assert_eq!(mark(Err(Errno::RANGE), &[], |_| None), Mark::Elsewhere);
        assert_eq!(mark(Err(Errno::NOTSUP), &[], |_| None), Mark::None);
    }
}
