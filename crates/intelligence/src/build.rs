//! Builds the database: every feed is read, its records are kept small, merged, sorted and laid out.
//!
//! The same input gives the same bytes: nothing of the machine, the clock or the order of a hash table goes in.

mod aliases;
mod blob;
mod collect;
mod file;
mod intern;
mod knowledge;
mod malware;
mod packages;
#[cfg(test)]
mod tests;
mod versions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::IntelligenceSource;

use self::blob::{Blob, Strings};
use self::collect::Collected;
use self::knowledge::Knowledge;
use self::packages::Packages;
use self::versions::Versions;
use crate::advisory::Record;
use crate::database::format::Section;
use crate::feed::{Feed, ReadFeedError, Sink};
use crate::feeds::FEEDS;
use crate::time;

/// What a build may leave out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildOptions {
    /// The sources (`osv/npm`, `cve-list-v5`) whose titles are left out, to keep the file small.
    pub without_titles: Vec<String>,
    /// The time that no record can be newer than, in seconds since 1970: one that says so would stop all updates until
    /// then. Without one every time is believed that [`time::parse`] reads.
    pub latest: Option<u64>,
}

/// What a build made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSummary {
    /// The sequence number: the time of the newest record, in seconds since 1970.
    pub sequence: u64,
    /// The size of the file.
    pub size_bytes: u64,
    /// The number of advisories.
    pub advisories: u64,
    /// The number of vulnerabilities, however many ids each has.
    pub vulnerabilities: u64,
    /// The number of packages, each counted in each namespace.
    pub packages: u64,
    /// The sources, sorted by name.
    pub sources: Vec<IntelligenceSource>,
    /// How many records or parts of records could not be used.
    pub skipped: u64,
    /// The first of these.
    pub skipped_records: Vec<SkippedRecord>,
}

/// A record, or a part of one, that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRecord {
    /// The source's name.
    pub source: String,
    /// The file or record.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The error of building a database.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The folder of the feeds cannot be listed.
    #[error("cannot list the feeds in {path}")]
    List {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A folder is none that a feed reads.
    #[error("{folder} is no folder of a feed; the known ones are {known}")]
    UnknownFeed {
        /// The folder.
        folder: PathBuf,
        /// The folders that feeds read.
        known: String,
    },
    /// The folder holds no feed at all.
    #[error("{path} holds no feed; put at least one of these folders there: {known}")]
    NoFeed {
        /// The folder.
        path: PathBuf,
        /// The folders that feeds read.
        known: String,
    },
    /// A feed cannot be read.
    #[error("cannot read the feed {folder}")]
    Feed {
        /// The feed's folder.
        folder: &'static str,
        /// The cause.
        source: ReadFeedError,
    },
    /// A feed's folder is there, and nothing in it is a record: its publisher moved or took it away, or the download failed.
    #[error("the feed {folder} holds no record; fetch it again or take its folder away{}", first_reason(.skipped))]
    EmptyFeed {
        /// The feed's folder.
        folder: &'static str,
        /// Why a record was not used.
        skipped: Vec<SkippedRecord>,
    },
    /// The feeds are there, and hold nothing.
    #[error("the feeds in {path} hold no vulnerability and no advisory{}", first_reason(.skipped))]
    NothingUsable {
        /// The folder.
        path: PathBuf,
        /// Why records were not used.
        skipped: Vec<SkippedRecord>,
    },
    /// The database would not fit its format.
    #[error("the database would have {size_bytes} bytes, more than its format can address; leave feeds out")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
    },
    /// The file cannot be written.
    #[error("cannot write the database {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Builds a database from the folders of feeds under `feeds` and puts it at `out`, replacing what is there by rename.
///
/// # Errors
/// When a folder is unknown (loose files and hidden folders are passed over), a feed cannot be read, nothing in them can
/// be used, or the file cannot be written. That its folder is not there is told before anything is read.
pub fn build(feeds: &Path, out: &Path, options: &BuildOptions) -> Result<BuildSummary, BuildError> {
    let mut collected = Collected::new(options);
    let mut empty = None;
    let present = present_feeds(feeds, FEEDS)?;
    if !folder_of(out).is_dir() {
        return Err(BuildError::Write { path: out.to_owned(), source: no_folder(folder_of(out)) });
    }
    for (feed, folder) in present {
        let mut counted = Counted { into: &mut collected, records: 0, first_skipped: None };
        feed.read(&folder, &mut counted).map_err(|source| BuildError::Feed { folder: feed.folder(), source })?;
        if counted.records == 0 {
            let first_skipped = counted.first_skipped.into_iter().collect();
            empty.get_or_insert(BuildError::EmptyFeed { folder: feed.folder(), skipped: first_skipped });
        }
    }
    let (bytes, summary) = lay_out(collected)?;
    // A database of nothing would find nothing and say that all is well.
    if summary.vulnerabilities == 0 && summary.advisories == 0 {
        return Err(BuildError::NothingUsable { path: feeds.to_owned(), skipped: summary.skipped_records });
    }
    // So would one from which a publisher has vanished.
    if let Some(empty) = empty {
        return Err(empty);
    }
    write_file(out, &bytes).map_err(|source| BuildError::Write { path: out.to_owned(), source })?;
    Ok(summary)
}

/// Counts what one feed brings.
struct Counted<'a> {
    into: &'a mut Collected,
    records: u64,
    first_skipped: Option<SkippedRecord>,
}

impl Sink for Counted<'_> {
    fn record(&mut self, source_name: &str, record: Record) {
        self.records += 1;
        self.into.record(source_name, record);
    }

    fn skipped(&mut self, source_name: &str, place: &str, reason: String) {
        self.first_skipped.get_or_insert_with(|| SkippedRecord {
            source: source_name.to_owned(),
            place: place.to_owned(),
            reason: reason.clone(),
        });
        self.into.skipped(source_name, place, reason);
    }
}

fn first_reason(skipped: &[SkippedRecord]) -> String {
    skipped.first().map_or_else(String::new, |first| {
        format!("; not used for example: {} {}: {}", first.source, first.place, first.reason)
    })
}

/// The feeds whose folders are there, in the order of the list.
fn present_feeds<'a>(path: &Path, list: &[&'a dyn Feed]) -> Result<Vec<(&'a dyn Feed, PathBuf)>, BuildError> {
    let known = || list.iter().map(|feed| feed.folder()).collect::<Vec<_>>().join(", ");
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|source| BuildError::List { path: path.to_owned(), source })?;
    let mut folders: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_dir()).collect();
    folders.sort();
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') && !list.iter().any(|feed| feed.folder() == name) {
            return Err(BuildError::UnknownFeed { folder: folder.clone(), known: known() });
        }
    }
    let present: Vec<_> =
        list.iter().map(|&feed| (feed, path.join(feed.folder()))).filter(|(_, folder)| folder.is_dir()).collect();
    if present.is_empty() {
        return Err(BuildError::NoFeed { path: path.to_owned(), known: known() });
    }
    Ok(present)
}

/// Merges, sorts and lays out everything that was collected.
fn lay_out(mut collected: Collected) -> Result<(Vec<u8>, BuildSummary), BuildError> {
    let knowledge = Knowledge::new(&collected);
    let versions = Versions::new(&collected);
    let mut strings = Strings::new();
    let packages = packages::write(&collected, &knowledge, &versions, &mut strings);
    let sections = knowledge.write(&collected, &packages.of_advisory, &mut strings);
    let archives = archives(&collected, &mut strings);
    let malware = malware::section(&collected, &mut strings);
    for (row, reason) in &packages.unusable {
        let advisory = collected.advisories[*row as usize];
        let (source, id) =
            (collected.texts.text(advisory.source).to_owned(), collected.texts.text(advisory.id).to_owned());
        collected.skipped(&source, &id, reason.clone());
    }
    let sources: Vec<IntelligenceSource> = collected
        .sources
        .iter()
        .map(|(name, tally)| IntelligenceSource {
            name: name.clone(),
            records: tally.records,
            updated: tally.newest.map(time::format),
        })
        .collect();
    let source_list = source_list(&collected);
    let sequence = collected.newest;
    let Packages { records, index, namespaces, count, .. } = packages;
    let bytes = file::assemble(
        sequence,
        &[
            (Section::Sources, source_list),
            (Section::Namespaces, namespaces),
            (Section::Strings, strings.into_bytes()),
            (Section::PackageIndex, index),
            (Section::Packages, records),
            (Section::Versions, versions.bytes),
            (Section::AdvisoryOffsets, sections.advisory_offsets),
            (Section::Advisories, sections.advisories),
            (Section::VulnerabilityOffsets, sections.vulnerability_offsets),
            (Section::Vulnerabilities, sections.vulnerabilities),
            (Section::IdIndex, sections.id_index),
            (Section::Archives, archives),
            (Section::Malware, malware),
        ],
    )?;
    let summary = BuildSummary {
        sequence,
        size_bytes: bytes.len() as u64,
        advisories: knowledge.advisory_count() as u64,
        vulnerabilities: knowledge.vulnerability_count() as u64,
        packages: count,
        sources,
        skipped: collected.skipped,
        skipped_records: collected.skipped_records,
    };
    Ok((bytes, summary))
}

fn source_list(collected: &Collected) -> Vec<u8> {
    let mut blob = Blob::default();
    for (name, tally) in &collected.sources {
        blob.counted(name.as_bytes());
        blob.number(tally.records);
        blob.number(time::encode(tally.newest));
    }
    blob.bytes
}

fn archives(collected: &Collected, strings: &mut Strings) -> Vec<u8> {
    let mut rows: Vec<([u8; 20], &str, &str)> = collected
        .archives
        .iter()
        .map(|&(sha1, name, version)| (sha1, collected.texts.text(name), collected.texts.text(version)))
        .collect();
    rows.sort_unstable();
    // Of several names for the same bytes the first in order is as good as any, and always the same.
    rows.dedup_by_key(|row| row.0);
    let mut blob = Blob::default();
    for (sha1, name, version) in rows {
        blob.bytes.extend_from_slice(&sha1);
        blob.fixed32(strings.offset(name));
        blob.fixed32(strings.offset(version));
    }
    blob.bytes
}

/// Writes a file beside its place and renames it there, so that whoever has the old one open keeps it whole.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary_file(folder_of(path))?;
    io::Write::write_all(&mut file, bytes)?;
    put_in_place(file, path)
}

/// The folder that holds a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn no_folder(folder: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()))
}

/// What temporary files are called.
pub(crate) const TEMPORARY_PREFIX: &str = ".bulkhead-";

/// A temporary file in a folder. Its errors do not name the file, which nobody knows.
pub(crate) fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder).map_err(|error| {
        let said = error.to_string();
        match error.kind() {
            io::ErrorKind::NotFound => no_folder(folder),
            kind => io::Error::new(kind, said.split(" at path ").next().unwrap_or_default()),
        }
    })
}

/// Gives a finished temporary file its name and the permissions of a file that others may read. A device, a pipe, or a link
/// to what a process has open keeps its name: the superuser could replace `/dev/null` by a database.
pub(crate) fn put_in_place(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    let is_other = path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir());
    if is_other || path.parent() == Some(Path::new("/dev")) {
        let reason = "it is no regular file, which a database could take the place of";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Builds a database in memory from the records that `fill` gives.
pub(crate) fn build_with(fill: impl FnOnce(&mut dyn Sink)) -> Result<(Vec<u8>, BuildSummary), BuildError> {
    let mut collected = Collected::new(&BuildOptions::default());
    fill(&mut collected);
    lay_out(collected)
}

/// Builds a database in memory from records, in tests.
#[cfg(test)]
pub(crate) fn build_records(records: impl IntoIterator<Item = (String, Record)>) -> (Vec<u8>, BuildSummary) {
    build_with(|sink| records.into_iter().for_each(|(source, record)| sink.record(&source, record))).unwrap()
}
