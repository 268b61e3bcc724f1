//! What a file lets those who run it do. The header of a hard link tells it too, and programs that unpack layers give it to
//! the file, so that all its names have it (`handleLChmod` of moby, containers/storage and containerd, which give the link's
//! extended attributes too). A header without capabilities takes none away.

use oci::{Entry, FileCapabilities};
use serde::{Deserialize, Serialize};

/// The mode of a file, and its capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rights {
    /// As that of an [`Entry`].
    pub(crate) mode: u32,
    pub(crate) capabilities: FileCapabilities,
}

impl Rights {
    /// Those in the header of an entry.
    pub(crate) fn of(entry: &Entry) -> Rights {
        Rights { mode: entry.mode, capabilities: entry.capabilities }
    }

    /// What is left of these where a later header gives others.
    pub(crate) fn then(self, later: Rights) -> Rights {
        let capabilities = if later.capabilities.is_empty() { self.capabilities } else { later.capabilities };
        Rights { mode: later.mode, capabilities }
    }

    /// Whether somebody may execute the file.
    pub(crate) fn is_executable(self) -> bool {
        self.mode & 0o111 != 0
    }

    /// Gives them to a file.
    pub(crate) fn give(self, file: &mut Entry) {
        let Rights { mode, capabilities } = Rights::of(file).then(self);
        (file.mode, file.capabilities) = (mode, capabilities);
    }
}
