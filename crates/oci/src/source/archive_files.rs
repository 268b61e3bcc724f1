//! The files of a tar archive on disk: its headers are walked once, its members are read in place.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use model::UntrustedPath;

use super::files::Files;
use super::{OpenImageError, cannot_read, spool};
use crate::cache::Cache;
use crate::compression::{Compression, MAGIC_BYTES, read_full};
use crate::entry::{EntryKind, EntryStream, ReadEntriesError};
use crate::local_blob::{LocalBlob, LocalFile, SeekReader};
use crate::tar::TarReader;

/// The most members of an archive around an image: an image has a few files for each layer.
const MOST_MEMBERS: usize = 500_000;
/// The most bytes that all names together may have.
const LONGEST_NAMES: usize = 64 << 20;
/// How many links are followed one after the other, as in Linux.
const MOST_LINKS: usize = 40;

/// What an archive holds.
pub(super) struct ArchiveFiles {
    place: String,
    members: HashMap<UntrustedPath, Member>,
}

enum Member {
    File(LocalBlob),
    Link(UntrustedPath),
}

impl ArchiveFiles {
    /// Opens an archive; one that is compressed, or that is no plain file, is first written to a temporary file.
    pub(super) fn open(path: &Path, cache: Option<&Cache>) -> Result<ArchiveFiles, OpenImageError> {
        let cannot_read = |source| cannot_read(path, source);
        let place = path.display().to_string();
        let mut file = File::open(path).map_err(cannot_read)?;
        let metadata = file.metadata().map_err(cannot_read)?;
        if metadata.is_dir() {
            return Err(cannot_read(io::ErrorKind::IsADirectory.into()));
        }
        if !metadata.is_file() {
            let file = spool::spool_stream(&mut file, &place)?;
            return ArchiveFiles::walk(place, &file.whole());
        }
        let file = LocalFile::new(file, cache).map_err(cannot_read)?;
        let mut head = [0; MAGIC_BYTES];
        let length = read_full(&mut file.whole().open(), &mut head).map_err(cannot_read)?;
        let compression = Compression::of(&head[..length])
            .map_err(|source| OpenImageError::Compression { place: place.clone(), source })?;
        let file = match compression {
            Compression::Plain => file,
            Compression::Gzip | Compression::Zstd => spool::spool_file(&file.whole(), compression, &place)?,
        };
        ArchiveFiles::walk(place, &file.whole())
    }

    /// Takes an archive that comes through a pipe.
    pub(super) fn from_stream(input: &mut (dyn Read + Send), place: &str) -> Result<ArchiveFiles, OpenImageError> {
        let file = spool::spool_stream(input, place)?;
        ArchiveFiles::walk(place.to_owned(), &file.whole())
    }

    fn walk(place: String, archive: &LocalBlob) -> Result<ArchiveFiles, OpenImageError> {
        let mut tar = TarReader::new(SeekReader::new(archive), Arc::from(place.as_str()));
        let mut members = HashMap::new();
        let mut name_bytes = 0;
        while let Some(entry) = tar.next_entry().map_err(|source| OpenImageError::Archive { source })? {
            let member = match entry.kind {
                EntryKind::File if tar.is_sparse() => continue,
                EntryKind::File => {
                    let blob = archive.part(tar.offset(), entry.size_bytes);
                    Member::File(blob.ok_or_else(|| OpenImageError::Archive {
                        source: ReadEntriesError::Damaged {
                            container: tar.container(),
                            offset: tar.offset(),
                            reason: "it ends inside of a file",
                        },
                    })?)
                }
                EntryKind::SymbolicLink(target) => Member::Link(entry.path.resolve(&target)),
                EntryKind::HardLink(target) => Member::Link(target),
                EntryKind::Directory | EntryKind::Other => continue,
            };
            name_bytes += entry.path.as_str().len();
            members.insert(entry.path, member);
            if members.len() > MOST_MEMBERS || name_bytes > LONGEST_NAMES {
                return Err(OpenImageError::Archive {
                    source: ReadEntriesError::TooLarge {
                        container: tar.container(),
                        offset: tar.offset(),
                        limit: "an archive around an image may have 500,000 members with 64 MiB of names",
                    },
                });
            }
        }
        Ok(ArchiveFiles { place, members })
    }
}

impl Files for ArchiveFiles {
    fn place(&self) -> &str {
        &self.place
    }

    fn file(&self, path: &UntrustedPath) -> io::Result<Option<LocalBlob>> {
        let mut path = path;
        for _ in 0..MOST_LINKS {
            match self.members.get(path) {
                Some(Member::File(blob)) => return Ok(Some(blob.clone())),
                Some(Member::Link(target)) => path = target,
                None => return Ok(None),
            }
        }
        Err(io::Error::other("too many links lead from one to the other"))
    }

    fn layouts(&self) -> Vec<UntrustedPath> {
        let mut folders: Vec<UntrustedPath> = self
            .members
            .keys()
            .filter(|path| path.file_name() == "index.json")
            .map(|path| UntrustedPath::normalise(path.parent()))
            .collect();
        folders.sort_unstable();
        folders
    }
}
