//! What is done with one file that is looked into, on whichever thread has time for it.

use std::io::{self, Read};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use malware::{FileKind, FileScanner, FileToScan};
use md5::{Digest as _, Md5};
use model::{Digest, DigestAlgorithm, Gap, MalwareEngine, Sha256};
use oci::Entry;
use secrets::{LARGEST_FILE_BYTES, Outcome, Place, SecretRules};

use super::known_contents::{KnownContents, Tag};
use super::known_programs::KnownPrograms;
use super::system::DigestKinds;
use super::{Detected, FoundExecutable, FoundMalware, FoundSecret, Hashed, class_strings, inner, license_texts};
use crate::detectors::Detectors;
use crate::nested::{self, ArchiveFormat};
use crate::owners::DigestHead;
use crate::shared_content::SharedContent;

/// Files are hashed and searched in pieces of this size.
const CHUNK_BYTES: usize = 64 << 10;

/// A file to look into, taken from its layer.
pub(crate) struct TakenFile {
    pub(crate) entry: Entry,
    /// Its first bytes, as many as the detector asked for.
    pub(crate) head: Vec<u8>,
    pub(crate) content: SharedContent,
    /// The digests that are wanted of it as one that can run; `None` where it is not to be listed.
    pub(crate) digests: Option<DigestKinds>,
    /// What is looked for in its content, going by the length that its container states.
    pub(crate) sought: Sought,
}

/// What is looked for in the content of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sought {
    secrets: bool,
    malware: bool,
    licenses: bool,
}

impl Sought {
    /// Whether there is anything.
    pub(crate) fn any(self) -> bool {
        self != Sought::default()
    }
}

/// What looking into a file gave.
#[derive(Default)]
pub(crate) struct Examined {
    pub(crate) path: String,
    pub(crate) detected: Detected,
    pub(crate) gaps: Vec<Gap>,
}

/// What was looked into before in files of the same target.
#[derive(Default)]
pub(super) struct Known {
    pub(super) programs: KnownPrograms,
    pub(super) contents: KnownContents,
}

/// Looks into files one after the other, on one thread.
pub(crate) struct Examiner<'a> {
    detectors: &'a Detectors,
    known: Arc<Known>,
    scanner: Option<FileScanner<'a>>,
}

impl<'a> Examiner<'a> {
    pub(super) fn new(detectors: &'a Detectors, known: Arc<Known>) -> Examiner<'a> {
        Examiner { detectors, known, scanner: None }
    }

    /// Forgets what it keeps between files.
    pub(crate) fn renew(&mut self) {
        self.scanner = None;
    }

    /// Whether a file that begins so is an archive whose files are looked into.
    pub(super) fn opens(&self, head: &[u8]) -> bool {
        self.opens_archives() && ArchiveFormat::of(head).is_some()
    }

    /// Whether there is anything to look for in archives.
    fn opens_archives(&self) -> bool {
        let Detectors { secrets, malware, license_texts, .. } = self.detectors;
        secrets.is_some() || malware.is_some() || *license_texts
    }

    /// Whether files in archives are opened for texts of licenses alone.
    pub(super) fn wants_only_licenses(&self) -> bool {
        self.detectors.secrets.is_none() && self.detectors.malware.is_none()
    }

    /// Looks into a file, unless another layer had the same content at its path.
    pub(crate) fn examine(&mut self, file: TakenFile) -> Examined {
        let Some(tag) = self.tag(&file) else { return self.look_into(file) };
        if let Some(detected) = self.known.contents.of(tag, &file.entry) {
            return Examined { path: file.entry.path.as_str().to_owned(), detected, gaps: Vec::new() };
        }
        let examined = self.look_into(file);
        self.known.contents.note(tag, &examined);
        examined
    }

    /// What the content of a file is known by, where what is found in it hangs on the content and the path, and on no service.
    fn tag(&self, file: &TakenFile) -> Option<Tag> {
        let content = file.content.in_memory().filter(|_| self.detectors.clamd.is_none())?;
        self.known.contents.tag(file.entry.path.as_str(), file.digests, content)
    }

    fn look_into(&mut self, file: TakenFile) -> Examined {
        let TakenFile { entry, head, mut content, digests: wanted, sought } = file;
        let (path, head) = (entry.path.as_str(), head.as_slice());
        let (mut detected, mut gaps) = (Detected::default(), Vec::new());
        if let Some(kinds) = wanted {
            match digests(kinds, &self.known.programs, &mut content) {
                Ok(digests) => detected.executable = Some(FoundExecutable::of(&entry, digests)),
                Err(error) => gaps.push(Gap::new(path, format!("cannot read it: {error}"))),
            }
        }
        let size = content.size_bytes();
        // A file of a folder may have grown meanwhile.
        let sought = if size == entry.size_bytes { sought } else { self.sought(path, head, size) };
        if size != entry.size_bytes && self.unread_text(path, head, entry.size_bytes).is_none() {
            gaps.extend(self.unread_text(path, head, size));
        }
        if sought.any() {
            let digest = detected.executable.as_ref();
            let digest = digest.map(|found| Digest::from_hash(DigestAlgorithm::Sha256, &found.sha256));
            let file = FileToScan { path, size, sha256: digest.as_ref() };
            self.look(&file, sought, None, &mut content, &mut detected, &mut gaps);
        }
        if self.opens_archives()
            && let Some(archive) = ArchiveFormat::of(head)
                .map(|format| (format, 0))
                .or_else(|| ArchiveFormat::behind_program(&mut content))
        {
            let mut inner = inner::Inner::new(self, path, &mut detected);
            let walked = match content.reader() {
                Ok(mut reader) => nested::look_into(path, archive, &mut *reader, &mut inner),
                Err(error) => vec![Gap::new(path, format!("cannot read it: {error}"))],
            };
            let own = inner.into_gaps();
            gaps.extend(walked.into_iter().chain(own));
        }
        Examined { path: path.to_owned(), detected, gaps }
    }

    /// What is looked for in the content of the file at `path`, which begins with `head` and has so many bytes.
    pub(super) fn sought(&self, path: &str, head: &[u8], size_bytes: u64) -> Sought {
        let Detectors { secrets, malware, license_texts, .. } = self.detectors;
        Sought {
            secrets: secrets.as_ref().is_some_and(|rules| may_hold_secrets(head) && rules.wants(path, size_bytes)),
            malware: malware.as_ref().is_some_and(|engine| engine.wants(path, head, size_bytes)),
            licenses: *license_texts && license_texts::wants(path, head),
        }
    }

    /// The gap of a text that would be looked through for secrets if it were smaller. Data of that size are passed over
    /// without one: nobody looks for secrets in a model or a database.
    pub(super) fn unread_text(&self, path: &str, head: &[u8], size_bytes: u64) -> Option<Gap> {
        let rules = self.detectors.secrets.as_ref()?;
        if !rules.is_too_large(path, size_bytes) || !may_hold_secrets(head) || !is_text(head) {
            return None;
        }
        let most = LARGEST_FILE_BYTES >> 20;
        Some(Gap::new(path, format!("it is a text of more than {most} MiB, and was not looked through for secrets")))
    }

    /// Whether classes are worth inflating: for the texts in them, or for rules that look at them.
    pub(super) fn wants_classes(&self) -> bool {
        let by_rule = |engine: &malware::Engine| engine.looks_at(FileKind::Class);
        self.detectors.secrets.is_some() || self.detectors.malware.as_ref().is_some_and(by_rule)
    }

    /// Looks for what is sought in one file or one in an archive.
    pub(super) fn look(
        &mut self,
        file: &FileToScan<'_>,
        sought: Sought,
        inner_path: Option<&str>,
        content: &mut SharedContent,
        detected: &mut Detected,
        gaps: &mut Vec<Gap>,
    ) {
        let path = file.path;
        let mut gap = |reason: String| gaps.push(Gap::new(path, reason));
        if sought.secrets
            && let Some(rules) = &self.detectors.secrets
        {
            match find_secrets(rules, path, content) {
                Ok(outcome) => note_secrets(outcome, inner_path, detected, &mut gap),
                Err(error) => gap(format!("cannot read it: {error}")),
            }
        }
        if sought.malware {
            match self.find_malware(file, content) {
                Ok(scanned) => {
                    scanned.gaps.into_iter().for_each(&mut gap);
                    note_hash(scanned.sha256.as_ref(), inner_path, detected);
                    detected.malware.extend(scanned.found.into_iter().map(|found| note_malware(found, inner_path)));
                }
                Err(reason) => gap(reason),
            }
        }
        if sought.licenses {
            match license_texts::find(path, content) {
                Ok(found) => detected.licenses.extend(found.map(|license| license.at(inner_path))),
                Err(error) => gap(format!("cannot read it: {error}")),
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
        let mut may_be_known =
            || clamd.is_none() && content.head(4) == b"\x7fELF" && engine.goes_by_content(FileKind::Elf);
        let sha256: Option<Sha256> =
            file.sha256.filter(|_| may_be_known()).and_then(|digest| digest.hex().parse().ok());
        if let Some(Sha256(sha256)) = &sha256
            && let Some(scanned) = self.known.programs.of(sha256).scanned
        {
            return Ok(scanned);
        }
        let scanner = self.scanner.get_or_insert_with(|| {
            let mut scanner = engine.scanner();
            if let Some(connect) = clamd {
                scanner.ask_clamd(connect());
            }
            scanner
        });
        let scanned = match content.in_memory() {
            Some(bytes) => scanner.scan_bytes(file, bytes),
            None => {
                let mut reader = content.reader().map_err(|error| format!("cannot read it: {error}"))?;
                scanner.scan(file, &mut *reader)
            }
        };
        if let (Some(Sha256(sha256)), Ok(scanned)) = (sha256, &scanned) {
            self.known.programs.note_scanned(file.size, sha256, scanned);
        }
        scanned.map_err(|error| format!("it cannot be looked at for malware: {error}"))
    }
}

/// Whether a file that begins so may hold secrets that are not those of files in it.
fn may_hold_secrets(head: &[u8]) -> bool {
    !head.starts_with(b"\x7fELF") && ArchiveFormat::of(head).is_none()
}

/// Whether a file that begins so is a text: in UTF-16 with its mark, or without bytes that no text has.
fn is_text(head: &[u8]) -> bool {
    let is_wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let is_of_texts = |byte: &u8| !matches!(byte, 0..=7 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    is_wide || !head.is_empty() && head.iter().all(is_of_texts)
}

/// The file's SHA-256, and the digests by which dpkg (MD5) and apk (SHA-1) know it where they may have brought it.
pub(super) type Digests = ([u8; 32], Option<DigestHead>, Option<DigestHead>);

fn digests(kinds: DigestKinds, known: &KnownPrograms, content: &mut SharedContent) -> io::Result<Digests> {
    let size_bytes = content.size_bytes();
    let (sha256, md5, sha1) = if known.meets_again(size_bytes) {
        // It may be the same, and then the slower ones are known.
        let (sha256, ..) = hashed(DigestKinds { md5: false, sha1: false }, content)?;
        let program = known.of(&sha256);
        let missing =
            DigestKinds { md5: kinds.md5 && program.md5.is_none(), sha1: kinds.sha1 && program.sha1.is_none() };
        let (md5, sha1) = slower(missing, content)?;
        (sha256, md5.or(program.md5), sha1.or(program.sha1))
    } else {
        hashed(kinds, content)?
    };
    known.note_digests(size_bytes, sha256, md5, sha1);
    Ok((sha256, md5.filter(|_| kinds.md5), sha1.filter(|_| kinds.sha1)))
}

fn hashed(kinds: DigestKinds, content: &mut SharedContent) -> io::Result<Digests> {
    let (mut hash, mut slower) = (Context::new(&SHA256), Slower::of(kinds));
    for_each_chunk(content, |chunk| {
        // In pieces that stay in the processor's cache for all three.
        for piece in chunk.chunks(CHUNK_BYTES) {
            hash.update(piece);
            slower.update(piece);
        }
        true
    })?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(hash.finish().as_ref());
    let (md5, sha1) = slower.finish();
    Ok((sha256, md5, sha1))
}

/// The digests beside SHA-256, where any are wanted.
fn slower(kinds: DigestKinds, content: &mut SharedContent) -> io::Result<(Option<DigestHead>, Option<DigestHead>)> {
    let mut slower = Slower::of(kinds);
    if kinds.md5 || kinds.sha1 {
        for_each_chunk(content, |chunk| {
            chunk.chunks(CHUNK_BYTES).for_each(|piece| slower.update(piece));
            true
        })?;
    }
    Ok(slower.finish())
}

/// MD5 and SHA-1 in the making.
struct Slower {
    md5: Option<Md5>,
    sha1: Option<Context>,
}

impl Slower {
    fn of(kinds: DigestKinds) -> Slower {
        let sha1 = kinds.sha1.then(|| Context::new(&SHA1_FOR_LEGACY_USE_ONLY));
        Slower { md5: kinds.md5.then(Md5::new), sha1 }
    }

    fn update(&mut self, piece: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(piece);
        }
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(piece);
        }
    }

    fn finish(self) -> (Option<DigestHead>, Option<DigestHead>) {
        let md5 = self.md5.and_then(|md5| DigestHead::of(&md5.finalize()));
        let sha1 = self.sha1.and_then(|sha1| DigestHead::of(sha1.finish().as_ref()));
        (md5, sha1)
    }
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
        fingerprint: secret.fingerprint,
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
