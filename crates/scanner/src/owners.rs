//! Which package brought which file. The databases of packages list their files, and most of them a digest of each; they
//! are read in the pass that looks into files, so that a scan for vulnerabilities alone never reads them for this.
//!
//! Only regular files are asked about: what `update-alternatives` makes are links, and the file that they lead to is
//! listed under its own path.

mod apk;
mod chisel;
mod dpkg;
mod python;
mod resolve;

use serde::{Deserialize, Serialize};

use model::{Ecosystem, Gap};

use crate::contained::contain;
use crate::ecosystems::read_rpm_owners;
use crate::found::Found;
use crate::owned_files::owned_name;
use crate::path_set::path_hash;
use crate::shared_content::SharedContent;
use crate::wanted_file::{ReadFileError, WantedFile};

pub(crate) use resolve::{Owned, OwnerFinder, resolve};

/// The most files of one database whose owners are kept, 21 bytes each.
const MOST_OWNED: usize = 2 << 20;

/// The longest line of a list of files; what is longer names no file that Linux opens.
const LONGEST_LINE: u64 = 16 << 10;

/// The longest database that is read line by line, in bytes.
const LARGEST_LIST_BYTES: u64 = 256 << 20;

/// The place of packages beyond those that one file may name.
const TOO_MANY: u32 = u32::MAX;

/// What one database says of the files of its packages. It is part of what the cache keeps of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Owners {
    packages: Vec<OwnerName>,
    /// [`OwnedFile`]s, packed so that the cache loads them in one copy.
    #[serde(with = "serde_bytes")]
    files: Vec<u8>,
    diversions: Vec<Diversion>,
    left_out: usize,
    /// What it may still take in memory, in bytes.
    #[serde(skip)]
    room: usize,
}

/// How a database names a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum OwnerName {
    /// By name, and as far as it says by version and architecture.
    Named { ecosystem: Ecosystem, name: String, version: Option<String>, architecture: Option<String> },
    /// By the file that describes it: `…/six-1.16.dist-info/METADATA`.
    Described { path: String },
}

/// A file that a package listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OwnedFile {
    /// `path_hash` of its `owned_name`.
    path: u64,
    /// The place in [`Owners::packages`].
    package: u32,
    digest: Option<DigestHead>,
}

/// The first eight bytes of a file's digest: enough to see that a file is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DigestHead {
    Md5(u64),
    Sha1(u64),
    Sha256(u64),
}

/// dpkg-divert(1): what packages other than `by` list as `from` lies at `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Diversion {
    from: u64,
    to: u64,
    /// `None` for a diversion that the administrator made.
    by: Option<String>,
}

/// Whether the file at `path` says who owns which files.
pub(crate) fn tells_owners(path: &str) -> bool {
    dpkg::lists_files(path)
        || apk::lists_files(path)
        || python::lists_files(path)
        || chisel::lists_files(path)
        || is_rpm_database(path)
}

/// Reads the file at `path`, for which [`tells_owners`] says yes, as far as what it tells fits into `room` bytes.
pub(crate) fn read(
    path: &model::UntrustedPath,
    content: &mut SharedContent,
    room: usize,
    gaps: &mut Vec<Gap>,
) -> Owners {
    let size_bytes = content.size_bytes();
    let mut owners = Owners { room, ..Owners::default() };
    let outcome = contain(|| -> Result<(), ReadFileError> {
        let mut reader = content.reader()?;
        let mut file = WantedFile::new(path, size_bytes, &mut *reader);
        match path.as_str() {
            path if dpkg::lists_files(path) => dpkg::read(path, file.stream(), &mut owners)?,
            path if apk::lists_files(path) => apk::read(file.stream(), &mut owners)?,
            path if chisel::lists_files(path) => chisel::read(file.stream(), &mut owners)?,
            path if python::lists_files(path) => python::read(path, file.stream(), &mut owners)?,
            _ => read_rpm_owners(&mut file, &mut owners)?,
        }
        Ok(())
    });
    match outcome {
        Some(Ok(())) => {}
        // Whoever reads packages from the file says what is wrong with it.
        Some(Err(_)) if is_rpm_database(path.as_str()) => {}
        Some(Err(error)) => gaps.push(Gap::new(path.as_str(), format!("owners of files are unknown: {error}"))),
        None => gaps
            .push(Gap::new(path.as_str(), "the reader of owners stopped unexpectedly on it; please report the file")),
    }
    owners.room = 0;
    if owners.left_out > 0 {
        let reason =
            format!("it lists more files than are looked at; who owns the {} beyond is unknown", owners.left_out);
        gaps.push(Gap::new(path.as_str(), reason));
    }
    owners
}

impl Owners {
    /// Notes a package and says its place.
    pub(crate) fn package(&mut self, name: OwnerName) -> u32 {
        let weight = name.weight();
        if self.packages.len() >= Found::LARGEST_PACKAGE_COUNT || self.room < weight {
            return TOO_MANY;
        }
        self.room -= weight;
        self.packages.push(name);
        u32::try_from(self.packages.len() - 1).unwrap_or(TOO_MANY)
    }

    /// Notes that the package at `package` lists the file at `path`, whole and with or without a slash in front.
    pub(crate) fn file(&mut self, package: u32, path: &str, digest: Option<DigestHead>) {
        let path = path.trim_start_matches("./").trim_matches('/');
        if path.is_empty() || path == "." {
            return;
        }
        let is_full = self.files.len() / OwnedFile::BYTES >= MOST_OWNED || self.room < OwnedFile::BYTES;
        if package == TOO_MANY || is_full {
            self.left_out += 1;
            return;
        }
        self.room -= OwnedFile::BYTES;
        OwnedFile { path: path_hash(&owned_name(path)), package, digest }.pack(&mut self.files);
    }

    /// What it takes in memory, in bytes, roughly.
    pub(crate) fn weight(&self) -> usize {
        self.packages.iter().map(OwnerName::weight).sum::<usize>() + self.files.len() + 64 * self.diversions.len()
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.diversions.is_empty()
    }

    /// Whether the database names this package.
    pub(crate) fn names(&self, name: &OwnerName) -> bool {
        self.packages.contains(name)
    }

    fn files(&self) -> impl Iterator<Item = OwnedFile> + '_ {
        let (records, _) = self.files.as_chunks::<{ OwnedFile::BYTES }>();
        records.iter().map(OwnedFile::unpack)
    }
}

impl OwnerName {
    fn weight(&self) -> usize {
        size_of::<OwnerName>()
            + match self {
                OwnerName::Described { path } => path.len(),
                OwnerName::Named { ecosystem: _, name, version, architecture } => {
                    [version, architecture].into_iter().flatten().map(String::len).sum::<usize>() + name.len()
                }
            }
    }
}

impl OwnedFile {
    const BYTES: usize = 21;

    fn pack(self, bytes: &mut Vec<u8>) {
        let (kind, head) = match self.digest {
            None => (0, 0),
            Some(DigestHead::Md5(head)) => (1, head),
            Some(DigestHead::Sha1(head)) => (2, head),
            Some(DigestHead::Sha256(head)) => (3, head),
        };
        bytes.extend(self.path.to_le_bytes());
        bytes.extend(head.to_le_bytes());
        bytes.extend(self.package.to_le_bytes());
        bytes.push(kind);
    }

    fn unpack(bytes: &[u8; OwnedFile::BYTES]) -> OwnedFile {
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(number)
        };
        let head = number(8);
        OwnedFile {
            path: number(0),
            package: u32::from_le_bytes([bytes[16], bytes[17], bytes[18], bytes[19]]),
            digest: match bytes[20] {
                1 => Some(DigestHead::Md5(head)),
                2 => Some(DigestHead::Sha1(head)),
                3 => Some(DigestHead::Sha256(head)),
                _ => None,
            },
        }
    }
}

impl DigestHead {
    /// The head of a digest of this many bytes, which says what kind it is: MD5, SHA-1 or SHA-256.
    pub(crate) fn of(digest: &[u8]) -> Option<DigestHead> {
        let head = u64::from_be_bytes(*digest.first_chunk::<8>()?);
        match digest.len() {
            16 => Some(DigestHead::Md5(head)),
            20 => Some(DigestHead::Sha1(head)),
            32 => Some(DigestHead::Sha256(head)),
            _ => None,
        }
    }

    /// The same of a digest in hexadecimal digits.
    pub(crate) fn of_hex(text: &str) -> Option<DigestHead> {
        let head = text.get(..16).filter(|head| head.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let head = u64::from_str_radix(head, 16).ok()?;
        match text.len() {
            32 => Some(DigestHead::Md5(head)),
            40 => Some(DigestHead::Sha1(head)),
            64 => Some(DigestHead::Sha256(head)),
            _ => None,
        }
    }
}

fn is_rpm_database(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    matches!(name, "Packages" | "Packages.db" | "rpmdb.sqlite")
        && matches!(folder, "var/lib/rpm" | "usr/lib/sysimage/rpm" | "usr/share/rpm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_a_gap() {
        let path = model::UntrustedPath::normalise("var/lib/dpkg/info/a.list");
        let check = |room: usize, files: usize, gap: Option<&str>| {
            let mut content = SharedContent::Memory(b"/bin/a\n/bin/b\n/bin/c\n".to_vec());
            let mut gaps = Vec::new();
            let owners = read(&path, &mut content, room, &mut gaps);
            assert_eq!((owners.files().count(), owners.weight() <= room), (files, true));
            assert_eq!(gaps.first().map(|gap| gap.reason.split(';').next_back().unwrap_or_default().trim()), gap);
        };
        let package =
            OwnerName::Named { ecosystem: Ecosystem::Deb, name: "a".into(), version: None, architecture: None };
        check(1 << 20, 3, None);
        check(package.weight() + 2 * OwnedFile::BYTES, 2, Some("who owns the 1 beyond is unknown"));
        check(0, 0, Some("who owns the 3 beyond is unknown"));
    }

    #[test]
    fn files_stay_the_same_in_the_cache() {
        let mut owners = Owners { room: 1 << 20, ..Owners::default() };
        let package = owners.package(OwnerName::Described { path: "a".into() });
        let digests = [None, DigestHead::of(&[7; 16]), DigestHead::of(&[7; 20]), DigestHead::of_hex(&"0a".repeat(32))];
        for digest in digests {
            owners.file(package, "/bin/sh", digest);
        }
        let expected = digests.map(|digest| OwnedFile { path: path_hash("usr/bin/sh"), package, digest });
        assert_eq!(owners.files().collect::<Vec<_>>(), expected);
        assert_eq!(DigestHead::of_hex(&"0a".repeat(32)), DigestHead::of(&[10; 32]));
        assert_eq!(DigestHead::of_hex(&"0g".repeat(32)), None);
        assert_eq!(DigestHead::of_hex(&"0a".repeat(64)), None);
    }
}
