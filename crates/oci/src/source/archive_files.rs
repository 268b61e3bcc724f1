//! The files of a tar archive on disk: its headers are walked once, its members are read in place.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;

use model::UntrustedPath;

use super::files::Files;
use super::{OpenImageError, spool};
use crate::compression::Compression;
use crate::entry::{EntryKind, EntryStream, ReadEntriesError};
use crate::local_blob::{LocalBlob, SeekReader};
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
    /// Takes an archive that can be read in place.
    pub(super) fn from_plain(place: &str, archive: &LocalBlob) -> Result<ArchiveFiles, OpenImageError> {
        ArchiveFiles::walk(place.to_owned(), archive)
    }

    /// Takes a compressed archive, which is first written to a temporary file.
    pub(super) fn from_compressed(
        place: &str,
        archive: &LocalBlob,
        compression: Compression,
    ) -> Result<ArchiveFiles, OpenImageError> {
        let file = spool::spool_file(archive, compression, place)?;
        ArchiveFiles::walk(place.to_owned(), &file.whole())
    }

    /// Takes an archive that comes through a pipe.
    pub(super) fn from_stream(place: &str, input: &mut (dyn Read + Send)) -> Result<ArchiveFiles, OpenImageError> {
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
