//! Finds the delta that leads from the database in place to the newest one, and makes that from it.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::delta::{self, DeltaName};
use super::receive::ZSTD_MAGIC;
use super::{DATABASE_FILE_NAMES, DELTA_LIST_NAME, Fetch, UpdateSource, temporary_file};
use crate::database::Database;
use crate::database::format::MAX_FILE_BYTES;
use crate::database::storage::u64_at;

/// Room for a thousand names.
const MAX_LIST_BYTES: u64 = 64 << 10;

/// The database that a delta of the source makes of the one in place, and where the delta came from; nothing where there
/// is none that fits, or it does not do.
pub(super) fn receive(
    source: &mut UpdateSource<'_>,
    current: &Database,
    folder: &Path,
) -> Option<(String, NamedTempFile)> {
    let fetched = match source {
        UpdateSource::File(_) => return None,
        UpdateSource::Folder(from) => of_folder(from, current.sequence()).ok()?,
        UpdateSource::Url { url, fetch } => of_url(url, *fetch, current.sequence(), folder).ok()?,
    };
    let (place, file) = fetched?;
    let made = temporary_file(folder).ok()?;
    let mut out = made.as_file();
    delta::apply(current.storage(), &mut BufReader::new(file), &mut out).ok()?;
    Some((place, made))
}

/// The delta of a folder that leads to the database that the folder holds.
fn of_folder(folder: &Path, installed: u64) -> io::Result<Option<(String, File)>> {
    let whole = DATABASE_FILE_NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    let newest = whole.and_then(|path| sequence_of(&path).ok());
    let mut names = delta::names_in(folder)?;
    // A delta to less than the whole file has would keep what is in place behind.
    names.retain(|name| newest.is_none_or(|newest| newest == name.to));
    let Some(name) = fitting(&names, installed) else { return Ok(None) };
    let path = folder.join(name.to_string());
    Ok(Some((path.display().to_string(), File::open(path)?)))
}

/// The delta that a mirror or an artifact lists.
fn of_url(url: &str, fetch: &mut dyn Fetch, installed: u64, folder: &Path) -> io::Result<Option<(String, File)>> {
    let sibling = |name: &str| match url {
        url if url.starts_with("oci://") => Some(format!("{url}#{name}")),
        url if url.ends_with('/') => Some(format!("{url}{name}")),
        _ => None,
    };
    let Some(list_url) = sibling(DELTA_LIST_NAME) else { return Ok(None) };
    let mut list = Bounded { taken: Vec::new(), limit: MAX_LIST_BYTES };
    fetch.fetch(&list_url, &mut list)?;
    let list = String::from_utf8_lossy(&list.taken);
    let mut names: Vec<DeltaName> = list.lines().filter_map(|line| DeltaName::parse(line.trim())).collect();
    if fitting(&names, installed).is_none() {
        return Ok(None);
    }
    let newest = offered(url, fetch);
    names.retain(|name| newest.is_none_or(|newest| newest == name.to));
    let Some(name) = fitting(&names, installed) else { return Ok(None) };
    let Some(place) = sibling(&name.to_string()) else { return Ok(None) };
    let mut file = temporary_file(folder)?.into_file();
    fetch.fetch(&place, &mut Bounded { taken: &file, limit: MAX_FILE_BYTES })?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Some((place, file)))
}

/// The sequence number of the whole file that an address offers, by its first bytes.
fn offered(url: &str, fetch: &mut dyn Fetch) -> Option<u64> {
    let places = match url.ends_with('/') {
        true => DATABASE_FILE_NAMES.map(|name| format!("{url}{name}")).to_vec(),
        false => vec![url.to_owned()],
    };
    places.iter().find_map(|place| {
        let mut head = Head(Vec::new());
        // It ends in an error, as no more is taken than needed.
        let _ = fetch.fetch(place, &mut head);
        sequence_in(&head.0).ok()
    })
}

/// The delta from what is installed to the newest that any delta leads to.
fn fitting(names: &[DeltaName], installed: u64) -> Option<DeltaName> {
    let newest = names.iter().map(|name| name.to).max()?;
    names.iter().copied().find(|name| name.from == installed && name.to == newest && newest > installed)
}

/// The sequence number that the head of a database file states, compressed or not; what it says is not yet trusted.
fn sequence_of(path: &Path) -> io::Result<u64> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    sequence_in(&head)
}

/// The sequence number in the first bytes of a file.
fn sequence_in(mut bytes: &[u8]) -> io::Result<u64> {
    let mut head = [0; 24];
    match bytes.starts_with(&ZSTD_MAGIC) {
        true => zstd::stream::read::Decoder::new(bytes)?.read_exact(&mut head)?,
        false => bytes.read_exact(&mut head)?,
    }
    u64_at(&head, 16).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// A compressed file has its first block in these many bytes (RFC 8878, section 3.1.1.2.4: 128 KiB at most).
const HEAD_BYTES: usize = 160 << 10;

/// Takes the first bytes of a file.
struct Head(Vec<u8>);

impl Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() >= HEAD_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes no more than a limit.
struct Bounded<W> {
    taken: W,
    limit: u64,
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.limit.checked_sub(bytes.len() as u64);
        self.limit = left.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.taken.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
