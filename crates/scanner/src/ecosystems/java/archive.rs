//! Java archives: jar, war, ear and their kin, with the archives in them.
//!
//! Every `pom.properties` names a package, shaded ones too. An archive that carries none of its own is named by its file
//! name and manifest ([`super::naming`]). Nothing but the central directory, the properties, the manifest and nested
//! archives is inflated. Nested archives that are stored are read in place; deflated ones go to memory while there is
//! room, else to an unlinked temporary file.

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read, SeekFrom};
use std::ops::Range;

use aws_lc_rs::digest;
use model::{Ecosystem, UntrustedPath};

use super::manifest::Manifest;
use super::naming;
use super::pom;
use super::properties;
use crate::found::{Evidence, Found, FoundPackage, Mark, Versionless};
use crate::wanted_file::{ReadFileError, ReadSeek};
use crate::xml::{self, Element};
use crate::zip::{self, Entry};

/// Suffixes of archives, in lower case.
pub(crate) const SUFFIXES: &[&str] =
    &[".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".rar", ".aar"];

/// How deep archives may lie in one another, the outermost included.
const DEEPEST: u32 = 8;

/// How many entries are read of an archive and those in it.
const MOST_WANTED: u32 = 20_000;

/// The most that is inflated, hashed and read of the directories of an archive and those in it, beside eight times its
/// own length.
const WORK_BYTES: u64 = 256 << 20;

/// The most that is read of one `pom.properties`, `MANIFEST.MF` or `pom.xml`.
const TEXT_BYTES: u64 = 1 << 20;

/// How many bytes of nested archives are held in memory at a time.
const NESTED_MEMORY_BYTES: u64 = 6 << 20;

/// How many different folders of classes are noted.
const MOST_ROOTS: usize = 64;

/// Reads the archive at `path`, which is `length` bytes long.
///
/// # Errors
/// When it is no archive. Trouble inside is a gap.
pub(super) fn read(path: &UntrustedPath, source: &mut dyn ReadSeek, found: &mut Found) -> Result<(), ReadFileError> {
    let length = source.seek(SeekFrom::End(0))?;
    let mut walk = Walk {
        outer_path: path.as_str(),
        found,
        wanted_left: MOST_WANTED,
        work_left: WORK_BYTES.saturating_add(length.saturating_mul(8)),
        memory_left: NESTED_MEMORY_BYTES,
        versionless: Versionless::default(),
    };
    let read = walk.archive(source, 0..length, path.file_name(), None, 1);
    let Walk { found, versionless, .. } = walk;
    if versionless.count > 0 {
        found.mark = Some(Mark::Versionless(versionless));
    }
    read
}

/// The reading of one outermost archive: its bounds and where its facts go.
struct Walk<'a> {
    outer_path: &'a str,
    found: &'a mut Found,
    wanted_left: u32,
    work_left: u64,
    memory_left: u64,
    /// Those that would be packages if they told a version.
    versionless: Versionless,
}

/// What the central directory of one archive offers.
#[derive(Default)]
struct Contents {
    manifest: Option<Entry>,
    /// `pom.properties` and `pom.xml` with their folders.
    properties: Vec<(String, Entry)>,
    poms: Vec<(String, Entry)>,
    nested: Vec<(String, Entry)>,
    class_roots: Vec<Box<[u8]>>,
    over_limit: bool,
}

/// A package by Maven's names.
struct Coordinates {
    folder: String,
    group: String,
    artifact: String,
    version: String,
}

impl Walk<'_> {
    fn archive(
        &mut self,
        source: &mut dyn ReadSeek,
        range: Range<u64>,
        file_name: &str,
        inner_path: Option<&str>,
        depth: u32,
    ) -> Result<(), ReadFileError> {
        let directory = zip::find_directory(source, &range)?;
        self.spend(directory.size_bytes())?;
        let mut contents = Contents::default();
        let visited = zip::visit_entries(source, directory, |name, entry| {
            contents.note(name, entry, &mut self.wanted_left);
        });
        if let Err(error) = visited {
            self.gap(inner_path, error.to_string());
        }
        if contents.over_limit {
            self.gap(inner_path, format!("only {MOST_WANTED} of the files of interest in it were read"));
        }
        if let Err(error) = self.packages(source, &range, &contents, file_name, inner_path) {
            self.gap(inner_path, error.to_string());
        }
        contents.nested.sort_by_key(|(_, entry)| entry.header_at);
        for (name, entry) in std::mem::take(&mut contents.nested) {
            if self.is_exhausted() {
                break;
            }
            let nested_path = match inner_path {
                Some(inner_path) => format!("{inner_path}!/{name}"),
                None => name,
            };
            if let Err(error) = self.nested(source, &range, entry, &nested_path, depth) {
                self.gap(Some(&nested_path), error.to_string());
            }
        }
        Ok(())
    }

    fn nested(
        &mut self,
        source: &mut dyn ReadSeek,
        range: &Range<u64>,
        entry: Entry,
        path: &str,
        depth: u32,
    ) -> Result<(), ReadFileError> {
        if depth >= DEEPEST {
            let reason =
                format!("archives lie more than {DEEPEST} deep in one another here; unpack it and scan it by itself");
            self.gap(Some(path), reason);
            return Ok(());
        }
        let file_name = path.rsplit('/').next().unwrap_or(path);
        if entry.is_stored() {
            let content = entry.content(source, range)?;
            if self.is_other_format(source, &content, file_name)? {
                return Ok(());
            }
            return self.archive(source, content, file_name, Some(path), depth + 1);
        }
        let limit = entry.size_bytes.min(self.work_left);
        let mut stream = entry.open(source, range)?.take(limit.saturating_add(1));
        if entry.size_bytes <= self.memory_left {
            let mut memory = Vec::with_capacity(limit.min(16 * entry.compressed_bytes) as usize);
            stream.read_to_end(&mut memory)?;
            drop(stream);
            self.inflated(memory.len() as u64, limit)?;
            let length = memory.len() as u64;
            let taken = length.min(self.memory_left);
            self.memory_left -= taken;
            let mut inner = Cursor::new(memory);
            let result = if self.is_other_format(&mut inner, &(0..length), file_name)? {
                Ok(())
            } else {
                self.archive(&mut inner, 0..length, file_name, Some(path), depth + 1)
            };
            self.memory_left += taken;
            return result;
        }
        let mut inner = tempfile::tempfile()?;
        let length = io::copy(&mut stream, &mut inner)?;
        drop(stream);
        self.inflated(length, limit)?;
        if self.is_other_format(&mut inner, &(0..length), file_name)? {
            return Ok(());
        }
        self.archive(&mut inner, 0..length, file_name, Some(path), depth + 1)
    }

    /// Accounts for inflated bytes and refuses those that are more than announced or allowed.
    fn inflated(&mut self, length: u64, limit: u64) -> Result<(), ReadFileError> {
        self.spend(length)?;
        if length > limit {
            return Err(ReadFileError::malformed("archive entry", "it is longer than its archive says"));
        }
        Ok(())
    }

    /// Takes `bytes` from what may be read, inflated and hashed, so that no archive costs more than in proportion to its
    /// length.
    fn spend(&mut self, bytes: u64) -> Result<(), ReadFileError> {
        match self.work_left.checked_sub(bytes) {
            Some(left) => self.work_left = left,
            None => {
                self.work_left = 0;
                let reason = "reading it costs far more than its length warrants; unpack it and scan it by itself";
                return Err(ReadFileError::malformed("archive", reason));
            }
        }
        Ok(())
    }

    /// Whether no work is left, which one gap has said already.
    fn is_exhausted(&self) -> bool {
        self.work_left == 0
    }

    /// Whether it is something else whose name ends the same, such as a RAR archive.
    fn is_other_format(
        &self,
        source: &mut dyn ReadSeek,
        range: &Range<u64>,
        file_name: &str,
    ) -> Result<bool, ReadFileError> {
        let mut head = [0_u8; 4];
        source.seek(SeekFrom::Start(range.start))?;
        let count = source.take(range.end.saturating_sub(range.start).min(4)).read(&mut head)?;
        Ok(is_other_format(file_name, &head[..count]))
    }

    /// Names the packages of one archive.
    fn packages(
        &mut self,
        source: &mut dyn ReadSeek,
        range: &Range<u64>,
        contents: &Contents,
        file_name: &str,
        inner_path: Option<&str>,
    ) -> Result<(), ReadFileError> {
        let coordinates = self.coordinates(source, range, contents, inner_path);
        let manifest = match contents.manifest.map(|entry| self.text(source, range, entry)) {
            Some(Ok(text)) => Manifest::parse(&text),
            Some(Err(error)) => {
                self.gap_at(inner_path, "META-INF/MANIFEST.MF", error.to_string());
                Manifest::default()
            }
            None => Manifest::default(),
        };
        let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
        let holds = |folder: &str| contents.has_classes_in(folder);
        let guess = naming::guess(stem, &manifest, holds);
        let named_after = coordinates
            .iter()
            .enumerate()
            .filter(|(_, c)| naming::is_named_after(stem, &c.group, &c.artifact))
            .max_by_key(|(_, c)| c.artifact.len())
            .map(|(place, _)| place);
        // A renamed archive with one set of properties is what these say, unless its own name tells of another version.
        let main = named_after.or_else(|| match (&coordinates[..], &guess) {
            ([only], Some(guess)) if only.version != guess.version => None,
            ([_], _) => Some(0),
            _ => None,
        });
        for (place, coordinates) in coordinates.iter().enumerate() {
            let name = format!("{}:{}", coordinates.group, coordinates.artifact);
            let mut package =
                FoundPackage::new(Ecosystem::Maven, Evidence::Installed, name, coordinates.version.as_str());
            let pom = self.pom(source, range, contents, &coordinates.folder);
            package.needs = pom.as_ref().map(pom::needs).unwrap_or_default();
            package.inner_path = inner_path.map(str::to_owned);
            if main == Some(place) {
                package.licenses.clone_from(&manifest.licenses);
                if package.licenses.is_empty() {
                    package.licenses = pom.as_ref().map(pom::licenses).unwrap_or_default();
                }
            }
            self.add(package);
        }
        // One that holds others, packed or shaded, is somebody's own program with its libraries.
        let is_library = coordinates.is_empty() && contents.nested.is_empty() && !contents.class_roots.is_empty();
        if guess.is_none()
            && is_library
            && !naming::is_no_package(stem, &manifest, holds)
            && !naming::is_of_runtime(holds)
        {
            self.versionless.add(inner_path);
        }
        let Some(guess) = guess.filter(|_| main.is_none()) else { return Ok(()) };
        let sha1 = if guess.is_sure {
            None
        } else {
            self.spend(range.end.saturating_sub(range.start))?;
            Some(sha1(source, range)?)
        };
        let mut package =
            FoundPackage::new(Ecosystem::Maven, Evidence::Installed, guess.name(), guess.version.as_str());
        package.inner_path = inner_path.map(str::to_owned);
        package.licenses = manifest.licenses;
        if guess.name() == "org.apache.tomcat:tomcat-catalina" && stem == "catalina" {
            // This file is the server itself, which advisories call by the name of its distribution.
            let mut server = package.clone();
            server.name = "org.apache.tomcat:tomcat".to_owned();
            self.add(server);
        }
        package.sha1 = sha1;
        self.add(package);
        Ok(())
    }

    /// What each `pom.properties` says; a `pom.xml` stands in where they are missing or say too little.
    fn coordinates(
        &mut self,
        source: &mut dyn ReadSeek,
        range: &Range<u64>,
        contents: &Contents,
        inner_path: Option<&str>,
    ) -> Vec<Coordinates> {
        let mut all: Vec<Coordinates> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut push = |coordinates: Coordinates| {
            let Coordinates { group, artifact, version, .. } = &coordinates;
            if seen.insert((group.clone(), artifact.clone(), version.clone())) {
                all.push(coordinates);
            }
        };
        let mut read_folders = BTreeSet::new();
        for (folder, entry) in &contents.properties {
            if self.is_exhausted() {
                break;
            }
            match self.text(source, range, *entry) {
                Ok(text) => {
                    if let Some(coordinates) = coordinates(folder, &text) {
                        push(coordinates);
                        read_folders.insert(folder);
                    }
                }
                Err(error) => self.gap_at(inner_path, &format!("{folder}/pom.properties"), error.to_string()),
            }
        }
        for (folder, entry) in &contents.poms {
            if self.is_exhausted() {
                break;
            }
            if read_folders.contains(folder) {
                continue;
            }
            match self.text(source, range, *entry).and_then(|text| pom::coordinates(text.as_bytes())) {
                Ok(Some((group, artifact, version))) => {
                    push(Coordinates { folder: folder.clone(), group, artifact, version });
                }
                Ok(None) => {}
                Err(error) => self.gap_at(inner_path, &format!("{folder}/pom.xml"), error.to_string()),
            }
        }
        all
    }

    /// The `pom.xml` in this folder. One that cannot be read costs licenses and relations, which is no reason to doubt the
    /// package.
    fn pom(
        &mut self,
        source: &mut dyn ReadSeek,
        range: &Range<u64>,
        contents: &Contents,
        folder: &str,
    ) -> Option<Element> {
        let (_, entry) = contents.poms.iter().find(|(other, _)| other == folder)?;
        let text = self.text(source, range, *entry).ok()?;
        xml::parse(text.as_bytes()).ok()
    }

    /// The beginning of a text entry.
    fn text(&mut self, source: &mut dyn ReadSeek, range: &Range<u64>, entry: Entry) -> Result<String, ReadFileError> {
        let mut bytes = Vec::with_capacity(entry.size_bytes.min(16 << 10) as usize);
        entry.open(source, range)?.take(TEXT_BYTES.min(self.work_left + 1)).read_to_end(&mut bytes)?;
        self.spend(bytes.len() as u64)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn add(&mut self, package: FoundPackage) {
        self.found.packages.push(package);
    }

    fn gap(&mut self, inner_path: Option<&str>, reason: String) {
        let path = match inner_path {
            Some(inner_path) => format!("{}!/{inner_path}", self.outer_path),
            None => self.outer_path.to_owned(),
        };
        self.found.gap(path, reason);
    }

    fn gap_at(&mut self, inner_path: Option<&str>, name: &str, reason: String) {
        let path = inner_path.map_or_else(|| name.to_owned(), |inner_path| format!("{inner_path}!/{name}"));
        self.gap(Some(&path), reason);
    }
}

impl Contents {
    fn note(&mut self, name: &[u8], entry: Entry, wanted_left: &mut u32) {
        if name.ends_with(b".class") {
            return self.note_class(name);
        }
        let list = if name.ends_with(b"/pom.properties") && is_in_maven_folder(name) {
            &mut self.properties
        } else if name.ends_with(b"/pom.xml") && is_in_maven_folder(name) {
            &mut self.poms
        } else if name.eq_ignore_ascii_case(b"META-INF/MANIFEST.MF") {
            self.manifest = Some(entry);
            return;
        } else if is_archive(name) && entry.compressed_bytes > 0 {
            &mut self.nested
        } else {
            return;
        };
        match wanted_left.checked_sub(1) {
            Some(left) => *wanted_left = left,
            None => {
                self.over_limit = true;
                return;
            }
        }
        let path = UntrustedPath::from_bytes(name);
        let is_archive = is_archive(name);
        let kept = if is_archive { path.as_str() } else { path.parent() };
        list.push((kept.to_owned(), entry));
    }

    /// Notes the first three folders of a class's path.
    fn note_class(&mut self, name: &[u8]) {
        let mut slashes = memchr::memchr_iter(b'/', name);
        let mut end = 0;
        for _ in 0..3 {
            match slashes.next() {
                Some(at) => end = at,
                None => break,
            }
        }
        let root = &name[..end];
        let is_known = self.class_roots.last().is_some_and(|last| **last == *root)
            || self.class_roots.len() >= MOST_ROOTS
            || self.class_roots.iter().any(|known| **known == *root);
        if !is_known {
            self.class_roots.push(root.into());
        }
    }

    fn has_classes_in(&self, folder: &str) -> bool {
        self.class_roots
            .iter()
            .any(|root| root.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.is_empty() || rest[0] == b'/'))
    }
}

/// Whether a file with the name of an archive begins like another format that shares the suffix.
pub(super) fn is_other_format(file_name: &str, head: &[u8]) -> bool {
    let shared = [".rar", ".kar", ".par", ".sar", ".nar", ".aar"];
    let is_shared = shared.iter().any(|suffix| {
        file_name.len() >= suffix.len()
            && file_name.as_bytes()[file_name.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    });
    is_shared && !head.starts_with(b"PK")
}

fn is_archive(name: &[u8]) -> bool {
    SUFFIXES.iter().any(|suffix| {
        let start = name.len().checked_sub(suffix.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(suffix.as_bytes()))
    })
}

/// Whether a path lies in the folder where Maven puts what describes an archive.
pub(super) fn is_in_maven_folder(name: &[u8]) -> bool {
    memchr::memmem::find(name, b"META-INF/maven/").is_some_and(|at| at == 0 || name[at - 1] == b'/')
}

/// The package that a `pom.xml` beside such a file describes: it counts where that says too little
/// ([`Found::supplements`]).
pub(super) fn unpacked_pom(bytes: &[u8]) -> Option<FoundPackage> {
    let (group, artifact, version) = pom::coordinates(bytes).ok()??;
    Some(FoundPackage::new(Ecosystem::Maven, Evidence::Supplementary, format!("{group}:{artifact}"), version))
}

/// The package that a `pom.properties` outside of any archive describes.
pub(super) fn unpacked(path: &UntrustedPath, text: &str) -> Option<FoundPackage> {
    let Coordinates { group, artifact, version, .. } = coordinates(path.parent(), text)?;
    Some(FoundPackage::new(Ecosystem::Maven, Evidence::Installed, format!("{group}:{artifact}"), version))
}

/// Reads `pom.properties`; group and artifact may also come from its folder, `META-INF/maven/GROUP/ARTIFACT`.
fn coordinates(folder: &str, text: &str) -> Option<Coordinates> {
    let entries = properties::entries(text);
    let value = |key: &str| {
        // Of several the last counts, as for Java.
        let (_, value) = entries.iter().rev().find(|(name, _)| name == key)?;
        let is_known = |value: &&str| !value.is_empty() && !value.contains("${") && !value.contains(char::is_control);
        Some(value.trim()).filter(is_known)
    };
    let mut parts = folder.rsplit('/');
    let (folder_artifact, folder_group) = (parts.next(), parts.next());
    let coordinates = Coordinates {
        folder: folder.to_owned(),
        group: value("groupId").or(folder_group)?.to_owned(),
        artifact: value("artifactId").or(folder_artifact)?.to_owned(),
        version: value("version")?.to_owned(),
    };
    Some(coordinates)
}

/// SHA-1 of the whole archive in lower-case hexadecimal.
fn sha1(source: &mut dyn ReadSeek, range: &Range<u64>) -> io::Result<String> {
    source.seek(SeekFrom::Start(range.start))?;
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    let mut rest = source.take(range.end.saturating_sub(range.start));
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        match rest.read(&mut buffer)? {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    use std::fmt::Write;
    Ok(hash.finish().as_ref().iter().fold(String::with_capacity(40), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

#[cfg(test)]
mod tests;
