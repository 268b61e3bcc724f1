//! Looks into files for secrets and malware and lists those that can run, in the same pass over a layer that finds its
//! packages: a file is taken from its layer once, for all who want it.

mod class_strings;
mod inner;
mod visible;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use malware::{FileKind, FileScanner, FileToScan};
use md5::{Digest as _, Md5};
use misconfiguration::Tree;
use model::{Digest, DigestAlgorithm, Gap, MalwareEngine, Severity, Sha256, UntrustedPath};
use oci::Entry;
use secrets::{Outcome, Place, SecretRules};
use serde::{Deserialize, Serialize};

use crate::detectors::Detectors;
use crate::nested::{self, ArchiveFormat};
use crate::owners::{self, DigestHead, Owners};
use crate::remarks::Remarks;
use crate::shared_content::SharedContent;

pub(crate) use crate::nested::HEAD_BYTES;
pub(crate) use visible::VisibleDetections;

/// Files are hashed and searched in pieces of this size.
const CHUNK_BYTES: usize = 64 << 10;

/// What the list of the files of one layer that can run, and of their owners, may take in memory, roughly.
const MOST_LISTED_BYTES: usize = 64 << 20;

/// What was found in the files of one layer. It is what the cache keeps beside the layer's index.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Detections {
    /// By file.
    pub(crate) files: BTreeMap<String, Detected>,
    /// What names and permissions alone tell.
    pub(crate) remarks: Remarks,
    /// Who owns which files, by the database that says so.
    pub(crate) owners: BTreeMap<String, Owners>,
    /// What could not be looked into.
    pub(crate) gaps: Vec<Gap>,
    #[serde(skip)]
    kept: Kept,
}

/// What the files that can run and their owners take of [`MOST_LISTED_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Kept {
    bytes: usize,
    /// How many files did not fit.
    refused: usize,
}

impl Kept {
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = self.bytes.saturating_add(bytes) <= MOST_LISTED_BYTES;
        self.bytes = if fits { self.bytes + bytes } else { self.bytes };
        self.refused += usize::from(!fits);
        fits
    }

    fn left(&self) -> usize {
        MOST_LISTED_BYTES - self.bytes
    }
}

impl Detections {
    /// Says that files that can run were left out.
    pub(crate) fn gap(&self) -> Option<Gap> {
        let Kept { refused, .. } = self.kept;
        let reason = || {
            let most = MOST_LISTED_BYTES >> 20;
            format!(
                "{refused} of its files that can run, or that tell owners, are left out: the list of one layer has {most} MiB"
            )
        };
        (refused > 0).then(|| Gap::new("", reason()))
    }

    /// Forgets what was found under a path that occurs again: it holds what came last.
    pub(crate) fn forget(&mut self, path: &str) {
        self.files.remove(path);
        self.remarks.forget(path);
        self.owners.remove(path);
    }

    /// What was found in a file is found under its further names too: (name, file).
    pub(crate) fn follow_links(&mut self, links: &HashMap<UntrustedPath, UntrustedPath>) {
        let found = |(name, target): (&UntrustedPath, &UntrustedPath)| {
            Some((name.as_str().to_owned(), self.files.get(target.as_str())?.clone()))
        };
        let further: BTreeMap<String, Detected> = links.iter().filter_map(found).collect();
        self.files.extend(further);
        self.remarks.follow_links(links);
    }

    /// Counts the gaps beyond the most that are named.
    pub(crate) fn bound_gaps(&mut self, most: usize) {
        if self.gaps.len() > most {
            let rest = self.gaps.len() - most;
            self.gaps.truncate(most);
            self.gaps.push(Gap::new("", format!("{rest} more files could not be looked into")));
        }
    }
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Detected {
    pub(crate) executable: Option<FoundExecutable>,
    pub(crate) secrets: Vec<FoundSecret>,
    pub(crate) malware: Vec<FoundMalware>,
    /// The hashes of what lists of known malware may have, beside that of `executable`.
    pub(crate) hashed: Vec<Hashed>,
}

/// The hash of a file that was looked into for malware. It is in the index because lists change and layers do not: whoever
/// has a newer list asks it about these hashes, and opens no layer for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hashed {
    /// The path in the archive that the file is: `b/c.jar!/d`.
    pub(crate) inner_path: Option<String>,
    pub(crate) sha256: [u8; 32],
}

/// A file that can run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundExecutable {
    pub(crate) sha256: [u8; 32],
    /// Further digests that databases of packages have, where one could list the file.
    pub(crate) md5: Option<DigestHead>,
    pub(crate) sha1: Option<DigestHead>,
    pub(crate) mode: u32,
    /// Numbers of capabilities(7).
    pub(crate) capabilities: Vec<u32>,
}

/// A secret, its value masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundSecret {
    /// The path in the archive that the file is: `b/c.jar!/d`.
    pub(crate) inner_path: Option<String>,
    /// From 1; 0 where the file has no lines.
    pub(crate) line: u64,
    pub(crate) rule: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) severity: Severity,
    pub(crate) matched: String,
}

/// Malware, or a mark of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundMalware {
    pub(crate) inner_path: Option<String>,
    pub(crate) rule: String,
    pub(crate) engine: MalwareEngine,
    pub(crate) severity: Severity,
    pub(crate) sha256: String,
    pub(crate) description: String,
}

/// Looks into the files of one layer.
pub(crate) struct FileDetector<'a> {
    detectors: &'a Detectors,
    scanner: Option<FileScanner<'a>>,
    /// The configuration files of a folder, which are checked together at the end.
    tree: Option<Tree>,
}

impl<'a> FileDetector<'a> {
    pub(crate) fn new(detectors: &'a Detectors) -> FileDetector<'a> {
        FileDetector { detectors, scanner: None, tree: None }
    }

    /// One that takes in the configuration files of a folder as well.
    pub(crate) fn of_folder(detectors: &'a Detectors) -> FileDetector<'a> {
        FileDetector { tree: detectors.misconfigurations.then(Tree::new), ..FileDetector::new(detectors) }
    }

    /// The configuration files that were taken in.
    pub(crate) fn into_tree(self) -> Option<Tree> {
        self.tree
    }

    /// How much of a file's beginning it wants to see.
    pub(crate) fn head_bytes(&self) -> usize {
        if self.tree.is_some() { misconfiguration::HEAD_BYTES } else { HEAD_BYTES }
    }

    /// Whether it may want any file's content; if not, nobody need read the beginning of each.
    pub(crate) fn reads_files(&self) -> bool {
        self.tree.is_some() || self.detectors.reads_files()
    }

    /// Whether the file, which begins with `head`, is looked into.
    pub(crate) fn wants(&self, entry: &Entry, head: &[u8]) -> bool {
        let looks_inside = self.detectors.secrets.is_some() || self.detectors.malware.is_some();
        self.configures(entry, head)
            || self.lists(entry)
            || self.tells_owners(entry)
            || self.wants_content(entry.path.as_str(), head, Some(entry.size_bytes))
            || looks_inside && ArchiveFormat::of(head).is_some()
    }

    /// Looks into a file and adds what is there to `detections`.
    pub(crate) fn read(
        &mut self,
        entry: &Entry,
        head: &[u8],
        content: &mut SharedContent,
        detections: &mut Detections,
    ) {
        let path = entry.path.as_str();
        let mut detected = Detected::default();
        if self.configures(entry, head)
            && let Some(tree) = &mut self.tree
        {
            // What is not in memory is far too large to be configuration.
            let taken = tree.insert(entry.path.clone(), content.in_memory().unwrap_or_default());
            if let Err(error) = taken {
                detections.gaps.push(Gap::new(path, error.to_string()));
            }
        }
        if self.lists(entry) && detections.kept.takes(path.len() + 256) {
            match digests(path, content) {
                Ok((sha256, md5, sha1)) => {
                    let capabilities = entry.capabilities.numbers().collect();
                    let mode = entry.mode;
                    detected.executable = Some(FoundExecutable { sha256, md5, sha1, mode, capabilities });
                }
                Err(error) => detections.gaps.push(Gap::new(path, format!("cannot read it: {error}"))),
            }
        }
        if self.tells_owners(entry) {
            let owners = owners::read(&entry.path, content, detections.kept.left(), &mut detections.gaps);
            if !owners.is_empty() && detections.kept.takes(path.len() + owners.weight()) {
                detections.owners.insert(path.to_owned(), owners);
            }
        }
        if self.wants_content(path, head, Some(entry.size_bytes)) {
            let digest = detected.executable.as_ref();
            let digest = digest.map(|found| Digest::from_hash(DigestAlgorithm::Sha256, &found.sha256));
            let file = FileToScan { path, size: content.size_bytes(), sha256: digest.as_ref() };
            self.look(&file, None, head, content, &mut detected, &mut detections.gaps);
        }
        if let Some(format) = ArchiveFormat::of(head)
            && (self.detectors.secrets.is_some() || self.detectors.malware.is_some())
        {
            let mut inner = inner::Inner::new(self, path, &mut detected);
            let walked = match content.reader() {
                Ok(mut reader) => nested::look_into(path, format, &mut *reader, &mut inner),
                Err(error) => vec![Gap::new(path, format!("cannot read it: {error}"))],
            };
            let own = inner.into_gaps();
            detections.gaps.extend(walked.into_iter().chain(own));
        }
        if detected != Detected::default() {
            detections.files.insert(path.to_owned(), detected);
        }
    }

    fn configures(&self, entry: &Entry, head: &[u8]) -> bool {
        self.tree.is_some() && misconfiguration::kind_of(&entry.path, head).is_some()
    }

    /// Whether the file is one that can run: whoever may execute it can, be it a program, a script or anything that a
    /// shell takes for one.
    fn lists(&self, entry: &Entry) -> bool {
        self.detectors.executables && entry.is_executable()
    }

    /// Whether the file says which packages own the files that are listed.
    fn tells_owners(&self, entry: &Entry) -> bool {
        self.detectors.executables && owners::tells_owners(entry.path.as_str())
    }

    fn wants_content(&self, path: &str, head: &[u8], size_bytes: Option<u64>) -> bool {
        self.wants_secrets(path, head, size_bytes) || self.wants_malware(path, head, size_bytes)
    }

    fn wants_secrets(&self, path: &str, head: &[u8], size_bytes: Option<u64>) -> bool {
        let size_bytes = size_bytes.unwrap_or(head.len() as u64);
        self.detectors.secrets.as_ref().is_some_and(|rules| rules.wants(path, size_bytes))
            && !head.starts_with(b"\x7fELF")
            && ArchiveFormat::of(head).is_none()
    }

    /// Whether classes are worth inflating: for the texts in them, or for rules that look at them.
    fn wants_classes(&self) -> bool {
        let by_rule = |engine: &malware::Engine| engine.looks_at(FileKind::Class);
        self.detectors.secrets.is_some() || self.detectors.malware.as_ref().is_some_and(by_rule)
    }

    fn wants_malware(&self, path: &str, head: &[u8], size_bytes: Option<u64>) -> bool {
        let size_bytes = size_bytes.unwrap_or(head.len() as u64);
        self.detectors.malware.as_ref().is_some_and(|engine| engine.wants(path, head, size_bytes))
    }

    /// Looks for secrets and malware in one file or one in an archive.
    fn look(
        &mut self,
        file: &FileToScan<'_>,
        inner_path: Option<&str>,
        head: &[u8],
        content: &mut SharedContent,
        detected: &mut Detected,
        gaps: &mut Vec<Gap>,
    ) {
        let (path, size_bytes) = (file.path, Some(file.size));
        let mut gap = |reason: String| gaps.push(Gap::new(path, reason));
        if self.wants_secrets(path, head, size_bytes)
            && let Some(rules) = &self.detectors.secrets
        {
            match find_secrets(rules, path, content) {
                Ok(outcome) => note_secrets(outcome, inner_path, detected, &mut gap),
                Err(error) => gap(format!("cannot read it: {error}")),
            }
        }
        if self.wants_malware(path, head, size_bytes) {
            match self.find_malware(file, content) {
                Ok(scanned) => {
                    scanned.gaps.into_iter().for_each(&mut gap);
                    note_hash(scanned.sha256.as_ref(), inner_path, detected);
                    detected.malware.extend(scanned.found.into_iter().map(|found| note_malware(found, inner_path)));
                }
                Err(reason) => gap(reason),
            }
        }
    }

    fn find_malware(
        &mut self,
        file: &FileToScan<'_>,
        content: &mut SharedContent,
    ) -> Result<malware::ScannedFile, String> {
        let Some(engine) = &self.detectors.malware else { return Ok(malware::ScannedFile::default()) };
        let clamd = self.detectors.clamd.as_ref();
        let scanner = self.scanner.get_or_insert_with(|| {
            let mut scanner = engine.scanner();
            if let Some(connect) = clamd {
                scanner.ask_clamd(connect());
            }
            scanner
        });
        let mut reader = content.reader().map_err(|error| format!("cannot read it: {error}"))?;
        scanner.scan(file, &mut *reader).map_err(|error| format!("it cannot be looked at for malware: {error}"))
    }
}

/// The file's SHA-256, and the digests by which dpkg (MD5) and apk (SHA-1) know it where they may have brought it.
type Digests = ([u8; 32], Option<DigestHead>, Option<DigestHead>);

fn digests(path: &str, content: &mut SharedContent) -> io::Result<Digests> {
    let mut hash = Context::new(&SHA256);
    let mut others = may_be_of_the_system(path).then(|| (Md5::new(), Context::new(&SHA1_FOR_LEGACY_USE_ONLY)));
    for_each_chunk(content, |chunk| {
        // In pieces that stay in the processor's cache for all three.
        for piece in chunk.chunks(CHUNK_BYTES) {
            hash.update(piece);
            if let Some((md5, sha1)) = &mut others {
                md5.update(piece);
                sha1.update(piece);
            }
        }
        true
    })?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(hash.finish().as_ref());
    let (md5, sha1) = match others {
        Some((md5, sha1)) => (DigestHead::of(&md5.finalize()), DigestHead::of(sha1.finish().as_ref())),
        None => (None, None),
    };
    Ok((sha256, md5, sha1))
}

/// Whether a package of the system may have brought the file: what administrators and language packages install lies
/// elsewhere (Filesystem Hierarchy Standard 3.0, 4.9), and need not be hashed by the system's algorithms.
fn may_be_of_the_system(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    let is_system = matches!(top, "usr" | "bin" | "sbin" | "etc" | "opt") || top.starts_with("lib");
    is_system && !path.starts_with("usr/local/") && !path.contains("/site-packages/")
}

fn find_secrets(rules: &SecretRules, path: &str, content: &mut SharedContent) -> io::Result<Outcome> {
    if let Some(bytes) = content.in_memory() {
        return Ok(match class_strings::of(bytes) {
            Some(texts) => without_lines(rules.scan(&texts, Place::file(path))),
            None => rules.scan(bytes, Place::file(path)),
        });
    }
    let mut stream = rules.stream(Place::file(path));
    for_each_chunk(content, |chunk| {
        stream.push(chunk);
        !stream.is_done()
    })?;
    Ok(stream.finish())
}

/// The texts of a class have an order and no lines.
fn without_lines(mut outcome: Outcome) -> Outcome {
    outcome.secrets.iter_mut().for_each(|secret| secret.line = 0);
    outcome
}

/// Hands the content over piece by piece, until `each` says that it has enough.
fn for_each_chunk(content: &mut SharedContent, mut each: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    if let Some(bytes) = content.in_memory() {
        each(bytes);
        return Ok(());
    }
    let mut reader = content.reader()?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) if each(&buffer[..count]) => {}
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn note_secrets(outcome: Outcome, inner_path: Option<&str>, detected: &mut Detected, gap: &mut dyn FnMut(String)) {
    detected.secrets.extend(outcome.secrets.into_iter().map(|secret| FoundSecret {
        inner_path: inner_path.map(str::to_owned),
        line: secret.line,
        rule: secret.rule.to_string(),
        title: secret.title.to_string(),
        category: secret.category.to_string(),
        severity: secret.severity,
        matched: secret.matched,
    }));
    if outcome.is_cut_off {
        gap("it has more secrets than are reported of one file; the rest is left out".to_owned());
    }
    if outcome.is_exhausted {
        gap("looking for secrets in it takes more work than it is given; the rest of it was not looked at".to_owned());
    }
}

/// Keeps the hash of a file that lists of known malware may have, unless it is known already as that of an executable.
fn note_hash(sha256: Option<&Digest>, inner_path: Option<&str>, detected: &mut Detected) {
    let Some(Ok(Sha256(sha256))) = sha256.map(|digest| digest.hex().parse()) else { return };
    if inner_path.is_some() || detected.executable.is_none() {
        detected.hashed.push(Hashed { inner_path: inner_path.map(str::to_owned), sha256 });
    }
}

fn note_malware(found: malware::FoundMalware, inner_path: Option<&str>) -> FoundMalware {
    FoundMalware {
        inner_path: inner_path.map(str::to_owned),
        rule: found.rule,
        engine: match found.engine {
            malware::DetectionEngine::Yara => MalwareEngine::Yara,
            malware::DetectionEngine::ClamAv => MalwareEngine::Clamav,
            malware::DetectionEngine::Heuristic => MalwareEngine::Heuristic,
        },
        severity: found.severity,
        sha256: found.sha256.hex().to_owned(),
        description: found.description,
    }
}
