//! Files that are programs by how they begin, whatever they are called.

use oci::Entry;

use crate::ecosystems::is_executable;
use crate::selector::{SELECTOR, Selection};

/// The smallest file, in bytes, that is looked at for a program whose name and mode do not say so. Programs with anything
/// to tell are larger, and most files are smaller.
const SMALLEST_UNNAMED_PROGRAM: u64 = 128 << 10;

/// How names of programs and libraries end on other systems, whatever their case.
const ENDINGS: &[&str] = &[".exe", ".dll", ".dylib"];

/// What makes a file worth a look at how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// Its name or mode says that it can run.
    Named,
    /// Nothing says so, and it is large enough to be a program that nobody has made executable yet.
    Unnamed,
    /// Nothing does.
    None,
}

impl Program {
    /// What is expected of the file, which `selection` wants for its path; without `may_look` nothing by its size.
    pub(crate) fn expected(entry: &Entry, selection: Selection, may_look: bool) -> Program {
        let name = entry.path.file_name();
        let ends_with = |ending: &&str| {
            let from = name.len().checked_sub(ending.len());
            from.and_then(|from| name.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
        };
        let is_named = entry.is_executable() || name.contains(".so") || ENDINGS.iter().any(ends_with);
        if SELECTOR.executables().is_empty() {
            Program::None
        } else if is_named && entry.size_bytes >= 64 {
            Program::Named
        } else if may_look && selection.is_empty() && entry.size_bytes >= SMALLEST_UNNAMED_PROGRAM {
            Program::Unnamed
        } else {
            Program::None
        }
    }

    /// Whether a file that begins so is one, of whatever system: programs for Windows and macOS lie in images as downloads.
    pub(crate) fn begins_with(self, head: &[u8]) -> bool {
        self != Program::None && is_executable(head)
    }
}
