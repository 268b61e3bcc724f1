//! Layers that an engine has unpacked into folders for overlayfs, read where they lie.
//!
//! Such a folder has no digest that could be checked: what the engine says of it names it in reports and is no key of the
//! cache. Whoever may write to the engine's folders rules the engine anyway.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Gap;

use crate::entry::{Entry, EntryStream, ReadEntriesError};
use crate::file_tree::FileTree;
use crate::layer::OpenLayerError;

/// The number of the right to read the attributes under `trusted.` (Linux, capability.h, `CAP_SYS_ADMIN`).
const CAP_SYS_ADMIN: u32 = 21;

/// An unpacked layer being read, entry after entry. Its whiteouts look like those of a packed layer.
pub struct UnpackedLayer {
    tree: FileTree,
    folder: PathBuf,
    label: Arc<str>,
}

impl UnpackedLayer {
    pub(crate) fn open(folder: &Path, label: Arc<str>) -> Result<UnpackedLayer, OpenLayerError> {
        match FileTree::open_overlay(folder) {
            Ok(tree) => Ok(UnpackedLayer { tree, folder: folder.to_owned(), label }),
            Err(error) => Err(OpenLayerError::Read { layer: label, source: error.source }),
        }
    }

    /// Ends the reading and gives what could not be read.
    ///
    /// # Errors
    /// When the engine removed or exchanged the layer meanwhile: then the entries must be forgotten.
    pub fn finish(mut self) -> Result<Vec<Gap>, ReadEntriesError> {
        let changed = |reason: &str| {
            let source = io::Error::other(reason.to_owned());
            Err(ReadEntriesError::Read { container: Arc::clone(&self.label), offset: 0, source })
        };
        if !self.tree.is_in_place(&self.folder) {
            return changed("the engine removed the layer while it was read");
        }
        if let Some(path) = self.tree.elsewhere() {
            return changed(&format!("the engine changed {path} while the layer was read"));
        }
        Ok(self.tree.gaps())
    }
}

impl EntryStream for UnpackedLayer {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        self.tree.next_entry()
    }

    fn content(&mut self) -> &mut dyn io::Read {
        self.tree.content()
    }
}

/// Whether all of a layer is in the folder and can be read: every folder opens, and no mark of overlayfs leads elsewhere.
pub(crate) fn is_whole(folder: &Path) -> bool {
    let Ok(mut tree) = FileTree::open_overlay(folder) else { return false };
    while let Ok(Some(_)) = tree.next_entry() {
        if tree.elsewhere().is_some() {
            return false;
        }
    }
    tree.elsewhere().is_none() && tree.gaps().is_empty()
}

/// Whether this process sees the marks of overlayfs: for anyone but the machine's own superuser the kernel hides those
/// under `trusted.`, and a folder that hides what is below it would look like any other.
pub(crate) fn sees_marks() -> bool {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    is_superuser(&read("/proc/self/status"), &read("/proc/self/uid_map"))
}

fn is_superuser(status: &str, uid_map: &str) -> bool {
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = capabilities.and_then(|text| u64::from_str_radix(text.trim(), 16).ok()).unwrap_or(0);
    let effective_user = status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1));
    let map: Vec<&str> = uid_map.split_whitespace().collect();
    capabilities >> CAP_SYS_ADMIN & 1 == 1 && effective_user == Some("0") && map == ["0", "0", "4294967295"]
}

#[cfg(test)]
mod tests;
