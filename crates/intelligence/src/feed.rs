//! What a feed is to the builder.

use std::io;
use std::path::{Path, PathBuf};

use crate::advisory::Record;

/// One source of records: reads the layout its publisher gives it.
pub(crate) trait Feed: Sync {
    /// The folder under `--feeds` that it reads: `osv`, `debian-tracker`.
    fn folder(&self) -> &'static str;

    /// Reads everything in its folder, in a fixed order, and gives each record to `sink`. A file's records are counted
    /// under the source name that goes with them (`osv/npm`, `debian-tracker`).
    ///
    /// # Errors
    /// When a file cannot be read or does not follow its format.
    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError>;
}

/// Takes the records of feeds.
pub(crate) trait Sink {
    /// Takes one record of the named source.
    fn record(&mut self, source_name: &str, record: Record);

    /// Notes a record that could not be used, and why; the build goes on and tells how many there were.
    fn skipped(&mut self, source_name: &str, place: &str, reason: String);
}

/// The error of reading a feed.
#[derive(Debug, thiserror::Error)]
pub enum ReadFeedError {
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file does not follow its format.
    #[error("{path} is no valid {format}: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The format it should have.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
}
