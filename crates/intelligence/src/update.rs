//! Brings a database to where scans open it: fetched, checked, and swapped in by rename, or the old one stays.
//!
//! A database is taken only if a trusted key signed it, every checksum fits, and its sequence number is not lower than
//! that of the one in place, of any that was there before, and of the one that the program brings itself. What was there
//! before is known by a file of its own beside the database, so that a torn database does not make an old one acceptable.
//! Scans that have the old file open keep it, since its inode stays until they end.
//!
//! Where a delta from what is in place is offered, it is tried first; what it makes is checked the same way, and on any
//! trouble the whole file is fetched.

mod by_delta;
mod delta;
mod receive;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub use self::delta::{WriteDeltaError, WrittenDelta, write_delta};

pub(crate) use self::receive::Receiver;
use crate::build::{self, TEMPORARY_PREFIX, folder_of, put_in_place, write_file};
use crate::database::{Database, OpenDatabaseError};
use crate::signature::{TrustedKey, is_signed, is_signed_by};

/// The names under which a folder or a mirror offers a database, the compressed one first.
pub const DATABASE_FILE_NAMES: [&str; 2] = ["intelligence.db.zst", "intelligence.db"];

/// The name under which a mirror lists the deltas that it offers, one name a line.
pub const DELTA_LIST_NAME: &str = "intelligence.deltas";

/// Where a database comes from.
pub enum UpdateSource<'a> {
    /// A file, as built or as exported.
    File(&'a Path),
    /// A folder that holds one under a name of [`DATABASE_FILE_NAMES`], and maybe deltas to it.
    Folder(&'a Path),
    /// An address. One that ends in a slash stands for the folder of a mirror; of one that begins with `oci://`, the
    /// artifact's other files are named behind a `#`.
    Url {
        /// The address.
        url: &'a str,
        /// Who fetches it.
        fetch: &'a mut dyn Fetch,
    },
}

/// Fetches what an address names; this crate itself opens no connection.
pub trait Fetch {
    /// Writes what the address names to `out`, and stops when that refuses to take more.
    ///
    /// # Errors
    /// When the address cannot be read to its end or `out` refuses; of the kind `NotFound` where nothing is there.
    fn fetch(&mut self, url: &str, out: &mut dyn Write) -> io::Result<()>;
}

/// What an update did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installed {
    /// The sequence number of the database that was in place, if one was.
    pub previous: Option<u64>,
    /// The sequence number of the database that is in place.
    pub sequence: u64,
    /// Whether the file was replaced; not so when the same was there already.
    pub replaced: bool,
    /// Whether a delta made the file that is in place.
    pub by_delta: bool,
}

/// The error of installing a database. Whichever it is, the old database stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The source cannot be read.
    #[error("cannot read the intelligence database from {place}")]
    Read {
        /// The file or address.
        place: String,
        /// The cause.
        source: io::Error,
    },
    /// The folder offers none.
    #[error("{folder} holds no intelligence database; it would be named intelligence.db.zst or intelligence.db")]
    NothingThere {
        /// The folder.
        folder: PathBuf,
    },
    /// What was received is no whole database.
    #[error("what {place} offers cannot be used")]
    Unusable {
        /// The file or address.
        place: String,
        /// The cause.
        source: OpenDatabaseError,
    },
    /// Nobody signed it.
    #[error("the intelligence database of {place} is not signed; sign it with `bulkhead intel build --sign KEY`")]
    NotSigned {
        /// The file or address.
        place: String,
    },
    /// No trusted key signed it.
    #[error("no trusted key signed the intelligence database of {place}")]
    NotTrusted {
        /// The file or address.
        place: String,
    },
    /// It is older than the one in place.
    #[error("{place} offers sequence {offered}, which is older than {installed}, the one {whose}")]
    Older {
        /// The file or address.
        place: String,
        /// The sequence number offered.
        offered: u64,
        /// The sequence number that it must not go below.
        installed: u64,
        /// Which one has that: `in place`.
        whose: &'static str,
    },
    /// The new file cannot be written or put in place.
    #[error("cannot write the intelligence database {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Fetches a database, checks it, and puts it at `target`. `built_in` is the sequence number of the one that the program
/// brings itself, which it must not go below either.
///
/// # Errors
/// When it cannot be had, is damaged, torn, not signed by one of the keys, or older than what is in place.
pub fn install(
    mut source: UpdateSource<'_>,
    target: &Path,
    trusted_keys: &[TrustedKey],
    built_in: Option<u64>,
) -> Result<Installed, InstallError> {
    let folder = folder_of(target);
    fs::create_dir_all(folder).map_err(|source| InstallError::Write { path: target.to_owned(), source })?;
    // Whatever is wrong with a delta, the whole file decides.
    if let Ok(current) = Database::open(target)
        && let Some((place, made)) = by_delta::receive(&mut source, &current, folder)
        && let Ok(installed) = check_and_swap(made, place, target, trusted_keys, built_in)
    {
        return Ok(Installed { by_delta: true, ..installed });
    }
    let file = temporary_file(folder).map_err(|source| InstallError::Write { path: target.to_owned(), source })?;
    let place = receive(source, file.as_file())?;
    check_and_swap(file, place, target, trusted_keys, built_in)
}

/// Puts a database that was received in place, if everything about it is right.
fn check_and_swap(
    file: tempfile::NamedTempFile,
    place: String,
    target: &Path,
    trusted_keys: &[TrustedKey],
    built_in: Option<u64>,
) -> Result<Installed, InstallError> {
    let write = |source| InstallError::Write { path: target.to_owned(), source };
    let unusable = |source| InstallError::Unusable { place: place.clone(), source };
    let offered = Database::open(file.path()).map_err(unusable)?;
    if !is_signed(offered.storage()) {
        return Err(InstallError::NotSigned { place });
    }
    if !is_signed_by(offered.storage(), trusted_keys) {
        return Err(InstallError::NotTrusted { place });
    }
    offered.verify().map_err(unusable)?;
    // Two updates at once must not compare with the same old file and then let the older one win.
    let lock = lock(target).map_err(write)?;
    let current = Database::open(target).ok();
    let previous = current.as_ref().map(Database::sequence);
    let sequence = offered.sequence();
    let least = [(previous, "in place"), (highest(target), "that was in place"), (built_in, "built into the program")];
    // Of equal ones the first is named.
    let least =
        least.into_iter().rev().filter_map(|(least, whose)| Some((least?, whose))).max_by_key(|(least, _)| *least);
    if let Some((installed, whose)) = least.filter(|(least, _)| *least > sequence) {
        return Err(InstallError::Older { place, offered: sequence, installed, whose });
    }
    // It is noted before the database is there: one that is there and not noted could be torn and forgotten.
    note_highest(target, sequence).map_err(write)?;
    let is_same = current.is_some_and(|current| {
        current.storage().body() == offered.storage().body()
            && current.storage().trailer() == offered.storage().trailer()
    });
    drop(offered);
    if !is_same {
        put_in_place(file, target).map_err(write)?;
    }
    drop(lock);
    Ok(Installed { previous, sequence, replaced: !is_same, by_delta: false })
}

/// The highest sequence number that was ever in place, as far as it is noted.
fn highest(target: &Path) -> Option<u64> {
    fs::read_to_string(beside(target, ".sequence")).ok()?.trim().parse().ok()
}

fn note_highest(target: &Path, sequence: u64) -> io::Result<()> {
    if highest(target).is_some_and(|highest| highest >= sequence) {
        return Ok(());
    }
    write_file(&beside(target, ".sequence"), format!("{sequence}\n").as_bytes())
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A temporary file that was not written to for so long is one of an update that was ended in the middle.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A file beside the one that it may replace; gone when it does not.
fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let file = build::temporary_file(folder)?;
    remove_abandoned(folder, file.as_file().metadata()?.modified()?);
    Ok(file)
}

/// Removes what updates left that were ended in the middle. That it cannot be removed is no reason not to update.
fn remove_abandoned(folder: &Path, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX);
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| now.duration_since(modified).ok());
        if is_ours && age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Puts an exported database at `target`, as [`install`] from that file.
///
/// # Errors
/// As for [`install`].
pub fn import(
    exported: &Path,
    target: &Path,
    trusted_keys: &[TrustedKey],
    built_in: Option<u64>,
) -> Result<Installed, InstallError> {
    install(UpdateSource::File(exported), target, trusted_keys, built_in)
}

/// Writes a database with its signatures as one compressed file, to carry to where there is no network.
///
/// # Errors
/// When the database is damaged or the file cannot be written.
pub fn export(database: &Path, out: &Path) -> Result<(), InstallError> {
    let place = database.display().to_string();
    let unusable = |source| InstallError::Unusable { place: place.clone(), source };
    let opened = Database::open(database).map_err(unusable)?;
    opened.verify().map_err(unusable)?;
    let write = |source| InstallError::Write { path: out.to_owned(), source };
    let file = temporary_file(folder_of(out)).map_err(write)?;
    let compress = || -> io::Result<()> {
        let mut encoder = zstd::stream::write::Encoder::new(file.as_file(), EXPORT_LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.write_all(opened.storage().body())?;
        encoder.write_all(opened.storage().trailer())?;
        encoder.finish()?;
        Ok(())
    };
    compress().map_err(write)?;
    put_in_place(file, out).map_err(write)
}

/// Exports are made once and carried often.
const EXPORT_LEVEL: i32 = 19;

/// Writes what the source offers to a file and says where it came from.
fn receive(source: UpdateSource<'_>, file: &File) -> Result<String, InstallError> {
    let mut receiver = Receiver::new(file);
    let (place, result) = match source {
        UpdateSource::File(path) => (path.display().to_string(), copy(path, &mut receiver)),
        UpdateSource::Folder(folder) => {
            let found = DATABASE_FILE_NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
            let path = found.ok_or_else(|| InstallError::NothingThere { folder: folder.to_owned() })?;
            (path.display().to_string(), copy(&path, &mut receiver))
        }
        UpdateSource::Url { url, fetch } if url.ends_with('/') => {
            let [compressed, plain] = DATABASE_FILE_NAMES.map(|name| format!("{url}{name}"));
            match fetch.fetch(&compressed, &mut receiver) {
                // The folder of a mirror may be the one that a build wrote to.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let result = fetch.fetch(&plain, &mut receiver);
                    (plain, result)
                }
                result => (compressed, result),
            }
        }
        UpdateSource::Url { url, fetch } => (url.to_owned(), fetch.fetch(url, &mut receiver)),
    };
    match result.and_then(|()| receiver.finish()) {
        Ok(()) => Ok(place),
        Err(source) => Err(InstallError::Read { place, source }),
    }
}

fn copy(path: &Path, receiver: &mut Receiver<'_>) -> io::Result<()> {
    io::copy(&mut File::open(path)?, receiver).map(|_| ())
}

/// Waits for its turn to replace the file.
fn lock(target: &Path) -> io::Result<File> {
    let file = File::options().create(true).append(true).open(beside(target, ".lock"))?;
    file.lock()?;
    Ok(file)
}
