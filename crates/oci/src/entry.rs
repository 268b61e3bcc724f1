//! Entries: files as a layer or a folder brings them, one after the other.

use std::io::{self, Read};
use std::sync::Arc;

use model::UntrustedPath;

use crate::file_capabilities::FileCapabilities;

/// One entry of a layer or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies in the root file system.
    pub path: UntrustedPath,
    /// What it is.
    pub kind: EntryKind,
    /// The length of its content in bytes; 0 for anything but a regular file.
    pub size_bytes: u64,
    /// Permission, set-uid, set-gid and sticky bits (the low twelve bits of `st_mode`).
    pub mode: u32,
    /// The capabilities that the file gives to whoever runs it.
    pub capabilities: FileCapabilities,
}

impl Entry {
    /// Whether it is a regular file that somebody may execute.
    pub fn is_executable(&self) -> bool {
        self.kind == EntryKind::File && self.mode & 0o111 != 0
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, sparse ones included (holes read as zeroes).
    File,
    /// A folder.
    Directory,
    /// A symbolic link with its target as written.
    SymbolicLink(String),
    /// A further name of a file of the same layer, which is named as it lies in the root file system.
    HardLink(UntrustedPath),
    /// A device, a named pipe or anything else without content.
    Other,
}

/// Files in the order in which their container stores them, each read at most once.
pub trait EntryStream {
    /// Moves to the next entry, skipping what is left of the present one's content.
    ///
    /// # Errors
    /// When the container is damaged or cannot be read; nothing after that place can be had.
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError>;

    /// The content of the entry that [`EntryStream::next_entry`] returned last; empty for anything but a regular file.
    fn content(&mut self) -> &mut dyn Read;

    /// Whether the content of every file can be had, rather than of those alone that were asked for beforehand.
    fn has_every_content(&self) -> bool {
        true
    }
}

/// The error of reading a stream of entries.
#[derive(Debug, thiserror::Error)]
pub enum ReadEntriesError {
    /// The tar structure is damaged.
    #[error("{container} is damaged at byte {offset} of its uncompressed content: {reason}")]
    Damaged {
        /// The archive or layer, as a person knows it.
        container: Arc<str>,
        /// Offset in the uncompressed archive.
        offset: u64,
        /// What is wrong there.
        reason: &'static str,
    },
    /// The bytes could not be read or decompressed.
    #[error("cannot read {container} at byte {offset} of its uncompressed content")]
    Read {
        /// The archive or layer, as a person knows it.
        container: Arc<str>,
        /// Offset in the uncompressed archive.
        offset: u64,
        /// The cause.
        source: io::Error,
    },
    /// It holds more than anyone would put into an image.
    #[error("{container} is refused at byte {offset} of its uncompressed content: {limit}")]
    TooLarge {
        /// The archive or layer, as a person knows it.
        container: Arc<str>,
        /// Offset in the uncompressed archive.
        offset: u64,
        /// Which limit it exceeds.
        limit: &'static str,
    },
}
