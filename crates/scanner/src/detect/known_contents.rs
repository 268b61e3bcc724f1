//! Contents that were looked into before in another layer of the same image: one that changes nothing but who owns its files,
//! or that copies them once more, has the same contents at the same paths. They are known by a tag under a key that is drawn
//! for each target (the GMAC of NIST SP 800-38D): nobody who makes an image can have one file taken for another.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use oci::Entry;

use super::examine::{Digests, Examined};
use super::system::DigestKinds;
use super::{Detected, FoundExecutable, Hashed};

/// The smallest content, in bytes, that is worth remembering.
const SMALLEST_BYTES: usize = 256;

/// The most contents that are remembered: about 40 bytes each, and 150 of those that have digests.
const MOST_KNOWN: usize = 200_000;

/// The contents of one target, for all threads that look into its files. By default none are remembered.
#[derive(Default)]
pub(super) struct KnownContents {
    key: Option<LessSafeKey>,
    known: Mutex<HashMap<Tag, Option<Box<Told>>>>,
}

/// What is told of a content in which nothing was found.
#[derive(Debug, Clone)]
struct Told {
    /// The digests of one that can run.
    executable: Option<Digests>,
    /// The hash that lists of known malware may have, beside that of `executable`.
    hashed: Option<[u8; 32]>,
}

/// What a content and its path are known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Tag([u8; 16]);

impl KnownContents {
    /// Remembers contents, where the system has a random key.
    pub(super) fn remembering() -> KnownContents {
        let mut key = [0; 16];
        let drawn = SystemRandom::new().fill(&mut key);
        let key = drawn.and_then(|()| UnboundKey::new(&AES_128_GCM, &key)).ok();
        KnownContents { key: key.map(LessSafeKey::new), known: Mutex::default() }
    }

    /// The tag of a content of which these digests are wanted, where contents are remembered and this one is worth it.
    pub(super) fn tag(&self, path: &str, digests: Option<DigestKinds>, content: &[u8]) -> Option<Tag> {
        let key = self.key.as_ref().filter(|_| content.len() >= SMALLEST_BYTES)?;
        let wanted = digests.map_or(0, |kinds| 1 | u8::from(kinds.md5) << 1 | u8::from(kinds.sha1) << 2);
        let mut path = [path.as_bytes(), &[wanted]].concat();
        // Tags never leave the process and nothing is encrypted for anybody, so that one nonce will do: what remains is an
        // almost universal hash under a key that nobody knows.
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(content), &mut path).ok()?;
        Some(Tag(tag.as_ref().try_into().ok()?))
    }

    /// What is told of the content with this tag, as that of this entry.
    pub(super) fn of(&self, tag: Tag, entry: &Entry) -> Option<Detected> {
        let told = self.lock().get(&tag)?.clone();
        let (executable, hashed) = told.map_or((None, None), |told| (told.executable, told.hashed));
        let hashed = hashed.map(|sha256| Hashed { inner_path: None, sha256 });
        let executable = executable.map(|digests| FoundExecutable::of(entry, digests));
        Some(Detected { executable, hashed: hashed.into_iter().collect(), ..Detected::default() })
    }

    /// Remembers what is told of the content with this tag. One in which something was found is looked into each time it
    /// comes: what is remembered is to stay small.
    pub(super) fn note(&self, tag: Tag, Examined { detected, gaps, .. }: &Examined) {
        let hashed = match detected.hashed.as_slice() {
            [] => None,
            [Hashed { inner_path: None, sha256 }] => Some(*sha256),
            _ => return,
        };
        let Detected { executable, secrets, malware, licenses, hashed: _, first: _ } = detected;
        if !(secrets.is_empty() && malware.is_empty() && licenses.is_empty() && gaps.is_empty()) {
            return;
        }
        let executable = executable.as_ref().map(|FoundExecutable { sha256, md5, sha1, .. }| (*sha256, *md5, *sha1));
        let told = (executable.is_some() || hashed.is_some()).then(|| Box::new(Told { executable, hashed }));
        let mut known = self.lock();
        if known.len() < MOST_KNOWN {
            known.insert(tag, told);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tag, Option<Box<Told>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use malware::{Engine, EngineOptions};
    use model::UntrustedPath;
    use oci::{Entry, EntryKind, FileCapabilities};
    use secrets::SecretRules;

    use super::*;
    use crate::detect::examine::{Examiner, Known, TakenFile};
    use crate::detectors::Detectors;
    use crate::shared_content::SharedContent;

    fn entry(path: &str, text: &str, mode: u32) -> Entry {
        Entry {
            path: UntrustedPath::normalise(path),
            kind: EntryKind::File,
            size_bytes: text.len() as u64,
            mode,
            capabilities: FileCapabilities::default(),
        }
    }

    const KINDS: DigestKinds = DigestKinds { md5: true, sha1: false };

    fn examined(examiner: &mut Examiner<'_>, path: &str, text: &str, mode: u32) -> Examined {
        let entry = entry(path, text, mode);
        let head = text.as_bytes()[..text.len().min(512)].to_vec();
        let sought = examiner.sought(path, &head, entry.size_bytes);
        let content = SharedContent::Memory(text.as_bytes().to_vec());
        let digests = entry.is_executable().then_some(KINDS);
        examiner.examine(TakenFile { entry, head, content, digests, sought })
    }

    #[test]
    fn a_content_that_comes_again_is_told_as_when_it_came_first() {
        let detectors = Detectors {
            secrets: Some(SecretRules::builtin()),
            malware: Some(Engine::new(EngineOptions::default()).unwrap()),
            ..Detectors::default()
        };
        let known = Arc::new(Known { contents: KnownContents::remembering(), ..Known::default() });
        let mut examiner = Examiner::new(&detectors, Arc::clone(&known));
        let filling = "# nothing\n".repeat(40);
        let key = ["ghp_", "R2kL9", "xQv7TzW3mN8pB5dHs1YcG6jF0aEw4uK"].concat();
        // The last is shorter than what is remembered.
        let texts = [
            ("app/notes.txt", filling.clone(), true),
            ("app/run.sh", format!("#!/bin/sh\n{filling}"), true),
            ("app/settings.txt", format!("{filling}password = \"{key}\"\n"), false),
            ("app/short.txt", "# nothing\n".to_owned(), false),
        ];
        for mode in [0o644, 0o644, 0o755, 0o711, 0o600, 0o4755] {
            for (path, text, _) in &texts {
                let again = examined(&mut examiner, path, text, mode);
                let anew = examined(&mut Examiner::new(&detectors, Arc::default()), path, text, mode);
                assert_eq!((&again.path, &again.detected, &again.gaps), (&anew.path, &anew.detected, &anew.gaps));
                assert_eq!(again.detected.executable.map(|found| found.mode), (mode & 0o111 != 0).then_some(mode));
            }
        }
        let is_known = |path: &str, digests: Option<DigestKinds>, text: &str| {
            let tag = known.contents.tag(path, digests, text.as_bytes());
            tag.is_some_and(|tag| known.contents.of(tag, &entry(path, text, 0o755)).is_some())
        };
        for (path, text, is_remembered) in &texts {
            assert_eq!(is_known(path, None, text), *is_remembered, "{path}");
            assert_eq!(is_known(path, Some(KINDS), text), *is_remembered, "{path}");
        }
        // Where the content lies may decide, and so does each byte of it; other digests are not known.
        assert!(!is_known("app/notes2.txt", None, &filling));
        assert!(!is_known("app/notes.txt", None, &filling.replacen('n', "m", 1)));
        assert!(!is_known("app/notes.txt", Some(DigestKinds { sha1: true, ..KINDS }), &filling));
        assert!(!examined(&mut examiner, "app/settings.txt", &texts[2].1, 0o644).detected.secrets.is_empty());
    }

    #[test]
    fn of_one_layer_and_beyond_the_most_nothing_is_remembered() {
        assert!(KnownContents::default().tag("a", None, &[0; SMALLEST_BYTES]).is_none());
        let known = KnownContents::remembering();
        for number in 0..=MOST_KNOWN {
            let mut tag = [0; 16];
            tag[..8].copy_from_slice(&number.to_le_bytes());
            known.note(Tag(tag), &Examined::default());
        }
        assert_eq!(known.lock().len(), MOST_KNOWN);
    }
}
