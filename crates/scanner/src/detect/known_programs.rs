//! Programs that were looked into before: an image may have the same one many times over, in copies, and in layers that
//! change nothing but who owns it. They are known by their SHA-256, which is computed of each anyway.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use malware::ScannedFile;

use crate::owners::DigestHead;

/// The smallest program, in bytes, that is worth remembering.
const SMALLEST_BYTES: u64 = 4 << 10;

/// The most programs that are remembered, some hundred bytes each.
const MOST_KNOWN: usize = 16 << 10;

/// A program in which more was found is looked into each time it comes: what is remembered is to stay small.
const MOST_FOUND: usize = 4;

/// The programs of one target, for all threads that look into its files.
#[derive(Default)]
pub(super) struct KnownPrograms(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The lengths of those that were met, in bytes: one of another length is another program.
    lengths: HashSet<u64>,
    programs: HashMap<[u8; 32], KnownProgram>,
}

/// What is known of a program.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownProgram {
    pub(super) md5: Option<DigestHead>,
    pub(super) sha1: Option<DigestHead>,
    /// What was found in it, where that does not depend on its path.
    pub(super) scanned: Option<ScannedFile>,
}

impl KnownPrograms {
    /// Whether a program of this length was met before; from now on one was.
    pub(super) fn meets_again(&self, size_bytes: u64) -> bool {
        if size_bytes < SMALLEST_BYTES {
            return false;
        }
        let mut known = self.lock();
        known.lengths.contains(&size_bytes) || known.lengths.len() < MOST_KNOWN && !known.lengths.insert(size_bytes)
    }

    /// What is known of the program with this SHA-256.
    pub(super) fn of(&self, sha256: &[u8; 32]) -> KnownProgram {
        self.lock().programs.get(sha256).cloned().unwrap_or_default()
    }

    /// Remembers digests of a program of this length.
    pub(super) fn note_digests(
        &self,
        size_bytes: u64,
        sha256: [u8; 32],
        md5: Option<DigestHead>,
        sha1: Option<DigestHead>,
    ) {
        self.note(size_bytes, sha256, |program| {
            program.md5 = program.md5.or(md5);
            program.sha1 = program.sha1.or(sha1);
        });
    }

    /// Remembers what was found in a program of this length, whatever its path.
    pub(super) fn note_scanned(&self, size_bytes: u64, sha256: [u8; 32], scanned: &ScannedFile) {
        if scanned.found.len() <= MOST_FOUND && scanned.gaps.len() <= MOST_FOUND {
            self.note(size_bytes, sha256, |program| program.scanned = Some(scanned.clone()));
        }
    }

    fn note(&self, size_bytes: u64, sha256: [u8; 32], note: impl FnOnce(&mut KnownProgram)) {
        let mut known = self.lock();
        if size_bytes >= SMALLEST_BYTES && (known.programs.len() < MOST_KNOWN || known.programs.contains_key(&sha256)) {
            note(known.programs.entry(sha256).or_default());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use malware::{Engine, EngineOptions};
    use model::UntrustedPath;
    use oci::{Entry, EntryKind, FileCapabilities};

    use super::*;
    use crate::detect::examine::{Examined, Examiner, Known, TakenFile};
    use crate::detect::system::DigestKinds;
    use crate::detectors::Detectors;
    use crate::shared_content::SharedContent;

    /// A program with traits of a botnet, put together here so that no file of the project has them.
    fn program(last: u8) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        for (one, other) in [("GETLOC", "ALIP"), ("LOLNO", "GTFO"), ("KILLA", "TTK")] {
            bytes.extend([b"\0", one.as_bytes(), other.as_bytes(), b"\0"].concat());
        }
        bytes.resize(8 << 10, 0x90);
        bytes.push(last);
        bytes
    }

    fn examined(examiner: &mut Examiner<'_>, path: &str, bytes: &[u8], digests: DigestKinds) -> Examined {
        let entry = Entry {
            path: UntrustedPath::normalise(path),
            kind: EntryKind::File,
            size_bytes: bytes.len() as u64,
            mode: 0o755,
            capabilities: FileCapabilities::default(),
        };
        let head = bytes[..512].to_vec();
        let sought = examiner.sought(path, &head, entry.size_bytes);
        let content = SharedContent::Memory(bytes.to_vec());
        examiner.examine(TakenFile { entry, head, content, digests: Some(digests), sought })
    }

    #[test]
    fn a_program_that_comes_again_is_told_as_when_it_came_first() {
        let engine = Engine::new(EngineOptions::default()).unwrap();
        let detectors = Detectors { malware: Some(engine), executables: true, ..Detectors::default() };
        let known = Arc::new(Known::default());
        let mut examiner = Examiner::new(&detectors, Arc::clone(&known));
        let kinds = [(false, false), (true, false), (false, true), (true, true)];
        // The second is another program of the same length.
        let programs = [program(0), program(1)];
        for (md5, sha1) in kinds.into_iter().chain(kinds) {
            for (number, bytes) in programs.iter().enumerate() {
                let path = format!("usr/bin/{number}");
                let again = examined(&mut examiner, &path, bytes, DigestKinds { md5, sha1 });
                let mut anew = Examiner::new(&detectors, Arc::default());
                let anew = examined(&mut anew, &path, bytes, DigestKinds { md5, sha1 });
                assert_eq!((&again.detected, &again.gaps), (&anew.detected, &anew.gaps));
                let executable = again.detected.executable.unwrap();
                assert_eq!((executable.md5.is_some(), executable.sha1.is_some()), (md5, sha1));
                assert_eq!(again.detected.malware.len(), 1);
                assert!(known.programs.of(&executable.sha256).scanned.is_some());
            }
        }
        assert_eq!(known.programs.lock().programs.len(), 2);
    }

    #[test]
    fn small_programs_and_those_beyond_the_most_are_not_remembered() {
        let known = KnownPrograms::default();
        assert!(!known.meets_again(SMALLEST_BYTES - 1) && !known.meets_again(SMALLEST_BYTES - 1));
        assert!(!known.meets_again(SMALLEST_BYTES) && known.meets_again(SMALLEST_BYTES));
        for number in 0..=MOST_KNOWN {
            let mut sha256 = [0; 32];
            sha256[..8].copy_from_slice(&number.to_le_bytes());
            known.note_scanned(SMALLEST_BYTES, sha256, &ScannedFile::default());
            known.note_digests(SMALLEST_BYTES - 1, [1; 32], None, None);
        }
        assert_eq!(known.lock().programs.len(), MOST_KNOWN);
    }
}
