//! RPM packages: the databases of Red Hat, SUSE, Amazon, Oracle, Photon, Azure Linux and their derivatives, whichever
//! of the three backends wrote them, and the package list of distroless Azure Linux images.
//!
//! The file's content decides which backend it is, not its name. Headers are read one at a time; none is longer than
//! 64 MiB. A write-ahead log or rollback journal beside an sqlite database is a gap: what it holds is not applied.

mod bdb;
mod files;
mod header;
mod manifest;
mod ndb;
mod pages;
mod sqlite;

use std::fmt::Display;
use std::io::Read;

use model::{Ecosystem as PackageEcosystem, SourcePackage};

use self::files::{GHOST, LONGEST_PATH, MOST_FOLDERS};
use self::header::{Header, Tag};
use crate::capabilities::Capabilities;
use crate::declared_license::declared_license;
use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::owned_files::OwnedFiles;
use crate::owners::Owners;
use crate::wanted_file::{ReadFileError, WantedFile};

/// RPM packages.
pub(crate) struct Rpm;

/// The longest header that is read; those of the largest kernels have some 6 MiB.
const LARGEST_HEADER_BYTES: usize = 64 << 20;

impl Ecosystem for Rpm {
    fn name(&self) -> &'static str {
        "rpm"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Path("var/lib/rpm/Packages"),
            Want::Path("var/lib/rpm/Packages.db"),
            Want::Path("var/lib/rpm/rpmdb.sqlite"),
            Want::Path("var/lib/rpm/rpmdb.sqlite-wal"),
            Want::Path("var/lib/rpm/rpmdb.sqlite-journal"),
            Want::Path("usr/lib/sysimage/rpm/Packages"),
            Want::Path("usr/lib/sysimage/rpm/Packages.db"),
            Want::Path("usr/lib/sysimage/rpm/rpmdb.sqlite"),
            Want::Path("usr/lib/sysimage/rpm/rpmdb.sqlite-wal"),
            Want::Path("usr/lib/sysimage/rpm/rpmdb.sqlite-journal"),
            Want::Path("usr/share/rpm/Packages"),
            Want::Path("usr/share/rpm/Packages.db"),
            Want::Path("usr/share/rpm/rpmdb.sqlite"),
            Want::Path("usr/share/rpm/rpmdb.sqlite-wal"),
            Want::Path("usr/share/rpm/rpmdb.sqlite-journal"),
            Want::Path("var/lib/rpmmanifest/container-manifest-2"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        match path.file_name() {
            "container-manifest-2" => manifest::read(path.as_str(), &file.text()?, found),
            "rpmdb.sqlite-wal" => {
                // A log with frames holds changes that the database may lack; one that is only a header holds none.
                if file.head(LOG_HEADER_BYTES + 1)?.len() > LOG_HEADER_BYTES {
                    found.gap(path.as_str(), UNAPPLIED);
                }
            }
            "rpmdb.sqlite-journal" => {
                if file.head(8)? == JOURNAL_MAGIC {
                    found.gap(path.as_str(), UNAPPLIED);
                }
            }
            _ => read_database(path.as_str(), file, found)?,
        }
        Ok(())
    }
}

const LOG_HEADER_BYTES: usize = 32;
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
const UNAPPLIED: &str = "it holds changes to the rpm database that are not applied, so that packages may be missing or \
                         out of date; run `rpm -qa` once in the image before it is saved, which applies them";

fn read_database(path: &str, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let mut sink = Sink::default();
    let result = read_headers(file, &mut sink);
    sink.finish(path, result, found)
}

/// Reads which package of a database owns which files, and nothing else of it.
pub(crate) fn read_owners(file: &mut WantedFile<'_>, owners: &mut Owners) -> Result<(), ReadFileError> {
    let mut sink = Sink { owners: Some(std::mem::take(owners)), ..Sink::default() };
    let result = read_headers(file, &mut sink);
    *owners = sink.owners.unwrap_or_default();
    result
}

fn read_headers(file: &mut WantedFile<'_>, sink: &mut Sink) -> Result<(), ReadFileError> {
    let mut content = file.at_random()?;
    let mut head = Vec::with_capacity(16);
    content.by_ref().take(16).read_to_end(&mut head)?;
    if head.starts_with(sqlite::MAGIC) {
        sqlite::read(&mut *content, sink)
    } else if head.starts_with(ndb::MAGIC) {
        ndb::read(&mut *content, sink)
    } else if let Some(byte_order) = bdb::recognise(&head) {
        bdb::read(&mut *content, byte_order, sink)
    } else {
        let reason =
            if head.is_empty() { "it is empty" } else { "it is neither sqlite, ndb nor a Berkeley hash table" };
        Err(ReadFileError::malformed("rpm database", reason))
    }
}

/// Reads one header outside of any database, for `exercise`.
pub(crate) fn read_header(bytes: &[u8]) -> Found {
    let (mut sink, mut found) = (Sink::default(), Found::default());
    sink.header(bytes);
    if let Err(error) = sink.finish("header", Ok(()), &mut found) {
        found.gap("header", error.to_string());
    }
    found
}

/// Takes the headers that a backend finds, one at a time.
#[derive(Default)]
struct Sink {
    packages: Vec<FoundPackage>,
    capabilities: Capabilities,
    owned_files: OwnedFiles,
    unreadable_count: usize,
    first_reason: Option<String>,
    is_full: bool,
    /// Where nothing but the owners of files is asked for.
    owners: Option<Owners>,
}

impl Sink {
    /// Takes a header's bytes.
    fn header(&mut self, bytes: &[u8]) {
        if self.packages.len() >= Found::LARGEST_PACKAGE_COUNT {
            self.is_full = true;
            return;
        }
        let header = match Header::parse(bytes) {
            Ok(header) => header,
            Err(reason) => return self.unreadable(reason),
        };
        match package(&header) {
            Ok(Some(package)) => match &mut self.owners {
                Some(owners) => files::note_owners(&header, package, owners),
                None => self.add(&header, package),
            },
            Ok(None) => {}
            Err(reason) => self.unreadable(reason),
        }
    }

    /// Notes that a header cannot be had.
    fn unreadable(&mut self, reason: impl Display) {
        self.unreadable_count += 1;
        self.first_reason.get_or_insert_with(|| reason.to_string());
    }

    fn add(&mut self, header: &Header<'_>, package: FoundPackage) {
        let place = self.packages.len() as u32;
        self.capabilities.provide(place, &package.name);
        for name in header.texts(Tag::ProvideName) {
            if self.capabilities.is_full() {
                break;
            }
            self.capabilities.provide(place, &name);
        }
        for name in header.texts(Tag::RequireName) {
            if self.capabilities.is_full() {
                break;
            }
            // What rpm itself must be able to do, and conditions of several packages, name no package.
            if !name.starts_with("rpmlib(") && !name.starts_with('(') {
                self.capabilities.require(place, &name);
            }
        }
        if !self.owned_files.is_full() {
            self.own_files(header, place);
        }
        self.packages.push(package);
    }

    fn own_files(&mut self, header: &Header<'_>, place: u32) {
        let folders: Vec<_> = header.texts(Tag::DirNames).take(MOST_FOLDERS).collect();
        self.owned_files.see(folders.len());
        let named_in_parts = header
            .texts(Tag::BaseNames)
            .zip(header.numbers(Tag::DirIndexes))
            .map(|(name, folder)| (folders.get(folder as usize).map(|folder| &**folder), name));
        let named_whole = header.texts(Tag::OldFileNames).map(|name| (Some(""), name));
        let flags = header.numbers(Tag::FileFlags).chain(std::iter::repeat(0));
        for ((folder, name), flags) in named_in_parts.chain(named_whole).zip(flags) {
            if self.owned_files.is_full() {
                return;
            }
            let Some(folder) = folder.filter(|folder| folder.len() + name.len() <= LONGEST_PATH) else {
                self.owned_files.see(1);
                continue;
            };
            // Scripts require their interpreters and configurations by path.
            if folder.ends_with("bin/") || folder.starts_with("/etc/") {
                self.capabilities.provide(place, &format!("{folder}{name}"));
            }
            // A ghost is a file that the package claims but does not bring.
            if flags & GHOST == 0 {
                self.owned_files.add(folder, &name);
            }
        }
    }

    /// Hands over what was found; a database that ended in an error yields what came before it.
    fn finish(mut self, path: &str, result: Result<(), ReadFileError>, found: &mut Found) -> Result<(), ReadFileError> {
        match result {
            Err(error) if self.packages.is_empty() => return Err(error),
            Err(error) => found.gap(path, format!("only a part of it can be read: {error}")),
            Ok(()) => {}
        }
        if let Some(reason) = self.first_reason {
            let count = self.unreadable_count;
            found.gap(path, format!("{count} of its packages cannot be read, the first because {reason}"));
        }
        if self.is_full {
            found.gap(path, format!("it has more than {} packages; the rest is unknown", Found::LARGEST_PACKAGE_COUNT));
        }
        if !self.capabilities.resolve(&mut self.packages) {
            found.gap(path, "its packages have too many relations; some dependencies are unknown");
        }
        self.owned_files.finish(path, found);
        found.append(self.packages);
        Ok(())
    }
}

/// The longest name, version or license; what is longer is none.
const LONGEST_WORD: usize = 512;

/// The package that a header describes; nothing for an imported key, which rpm keeps as a package too.
fn package(header: &Header<'_>) -> Result<Option<FoundPackage>, &'static str> {
    let text = |tag| header.text(tag).filter(|text| !text.is_empty() && text.len() <= LONGEST_WORD);
    let (Some(name), Some(version), Some(release)) = (text(Tag::Name), text(Tag::Version), text(Tag::Release)) else {
        return Err("a header has no name, version or release");
    };
    if name == "gpg-pubkey" {
        return Ok(None);
    }
    let epoch = header.number(Tag::Epoch).unwrap_or(0);
    Ok(Some(FoundPackage {
        source: text(Tag::SourceRpm).and_then(|source_rpm| source_package(&source_rpm, epoch)),
        architecture: text(Tag::Architecture).map(|text| text.into_owned()),
        module: text(Tag::ModularityLabel).filter(|label| label != "(none)").map(|text| text.into_owned()),
        licenses: text(Tag::License).map(|license| declared_license(&license)).into_iter().collect(),
        ..FoundPackage::new(
            PackageEcosystem::Rpm,
            Evidence::Installed,
            name,
            evr(epoch, &format!("{version}-{release}")),
        )
    }))
}

/// `[epoch:]version-release`; an epoch of zero is as good as none and is not written.
fn evr(epoch: u32, version_release: &str) -> String {
    if epoch == 0 { version_release.to_owned() } else { format!("{epoch}:{version_release}") }
}

/// The source package of `name-version-release.src.rpm`; its epoch is taken to be the package's.
fn source_package(source_rpm: &str, epoch: u32) -> Option<SourcePackage> {
    let stem = source_rpm.strip_suffix(".src.rpm").or_else(|| source_rpm.strip_suffix(".nosrc.rpm"))?;
    let mut parts = stem.rsplitn(3, '-');
    let (release, version, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = !release.is_empty() && !version.is_empty() && !name.is_empty();
    is_whole.then(|| SourcePackage { name: name.to_owned(), version: evr(epoch, &format!("{version}-{release}")) })
}

#[cfg(test)]
mod tests;
