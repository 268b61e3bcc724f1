//! The database: one immutable file, mapped into memory, that answers what is known of a package or a vulnerability.
//!
//! `format.rs` has the layout, `storage.rs` the checksums, `packages.rs` and `vulnerabilities.rs` the records.

pub(crate) mod cursor;
pub(crate) mod format;
pub(crate) mod id;
mod lookup;
pub(crate) mod malware;
mod map;
pub(crate) mod packages;
pub(crate) mod sources;
pub(crate) mod storage;
#[cfg(test)]
mod tests;
pub(crate) mod vulnerabilities;

use std::io;
use std::path::{Path, PathBuf};

use model::IntelligenceFacts;

pub use self::lookup::{AdvisoryRecord, AffectedPackage, VulnerabilityRecord};
use self::storage::{Bytes, Damaged, Storage};
use crate::time;

/// An opened intelligence database.
///
/// Opening checks the header and the list of checksums; every other block of the file is checked when it is first
/// touched, so that opening costs the same at any size and damaged bytes are never taken for advisories.
pub struct Database {
    storage: Storage,
}

/// The error of opening or checking a database.
#[derive(Debug, thiserror::Error)]
pub enum OpenDatabaseError {
    /// The file cannot be mapped.
    #[error("cannot open the intelligence database {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is something else.
    #[error("the file is no intelligence database; make one with `bulkhead intel build`")]
    NotADatabase,
    /// The file is of another version of the format.
    #[error(
        "the intelligence database has format {found}, and this program reads format {known}; get a fresh one with `bulkhead intel update`"
    )]
    OtherFormat {
        /// The file's format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The file ends early.
    #[error("the intelligence database is torn off after {found} bytes; get it again with `bulkhead intel update`")]
    Torn {
        /// How much of it is there.
        found: u64,
    },
    /// A checksum does not fit.
    #[error("the intelligence database is damaged at byte {at}; get it again with `bulkhead intel update`")]
    Damaged {
        /// Where.
        at: u64,
    },
}

impl From<Damaged> for OpenDatabaseError {
    fn from(damaged: Damaged) -> Self {
        OpenDatabaseError::Damaged { at: damaged.at as u64 }
    }
}

impl Database {
    /// Whether it carries a signature, whoever made it.
    pub fn is_signed(&self) -> bool {
        crate::signature::is_signed(self.storage())
    }

    /// Maps a database file.
    ///
    /// # Errors
    /// When the file cannot be read, is none of ours, of another format, or torn.
    pub fn open(path: &Path) -> Result<Database, OpenDatabaseError> {
        let read = |source| OpenDatabaseError::Read { path: path.to_owned(), source };
        let map = map::map_file(path).map_err(read)?;
        Ok(Database { storage: Storage::open(Bytes::Mapped(map))? })
    }

    /// Opens a database that is part of the program.
    ///
    /// # Errors
    /// As for [`Database::open`].
    pub fn from_static(bytes: &'static [u8]) -> Result<Database, OpenDatabaseError> {
        Ok(Database { storage: Storage::open(Bytes::Static(bytes))? })
    }

    /// Opens a database that was just made.
    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<Database, OpenDatabaseError> {
        Ok(Database { storage: Storage::open(Bytes::Owned(bytes))? })
    }

    /// Checks every checksum.
    ///
    /// # Errors
    /// When a block is damaged, naming the first.
    pub fn verify(&self) -> Result<(), OpenDatabaseError> {
        Ok(self.storage.check_all()?)
    }

    /// The damage that was met so far, if any: look-ups go on without what a damaged block holds.
    pub fn damage(&self) -> Option<OpenDatabaseError> {
        self.storage.damage().map(OpenDatabaseError::from)
    }

    /// The sequence number: the time of the newest record, in seconds since 1970.
    pub fn sequence(&self) -> u64 {
        self.storage.sequence()
    }

    /// What tells this database from every other: the hash of its header, which holds the hash of all that follows.
    pub fn fingerprint(&self) -> u64 {
        let header = self.storage.header_bytes();
        storage::u64_at(self.storage.body(), header.saturating_sub(8)).unwrap_or_default()
    }

    /// Which intelligence this is: its sequence number and its sources, as far as they can be read.
    pub fn facts(&self) -> IntelligenceFacts {
        let sequence = self.storage.sequence();
        let sources = sources::sources(&self.storage).unwrap_or_default();
        IntelligenceFacts { sequence, built: time::format(sequence), sources }
    }

    /// The name (`group:artifact`) and version of the Maven archive with this SHA-1 (hexadecimal), if it is known.
    pub fn archive(&self, sha1: &str) -> Option<(String, String)> {
        let sha1 = sha1_bytes(sha1)?;
        let (name, version) = vulnerabilities::find_archive(&self.storage, &sha1).ok()??;
        Some((name.to_owned(), version.to_owned()))
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }
}

/// The bytes of a SHA-1 in hexadecimal.
pub(crate) fn sha1_bytes(hex: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    if hex.len() != 40 || !hex.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..40).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
