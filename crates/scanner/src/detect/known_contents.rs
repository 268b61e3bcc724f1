//! Contents that were looked into before in another layer of the same image: one that changes nothing but who owns its files,
//! or that copies them once more, has the same contents at the same paths. They are known by a tag under a key that is drawn
//! for each target (the GMAC of NIST SP 800-38D): nobody who makes an image can have one file taken for another.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use super::examine::Examined;
use super::{Detected, Hashed};

/// The smallest content, in bytes, that is worth remembering.
const SMALLEST_BYTES: usize = 256;

/// The most contents that are remembered: about 40 bytes each, twice that while a tenth of them have hashes.
const MOST_KNOWN: usize = 200_000;

/// The contents of one target, for all threads that look into its files. By default none are remembered.
#[derive(Default)]
pub(super) struct KnownContents {
    key: Option<LessSafeKey>,
    known: Mutex<HashMap<Tag, Option<Box<[u8; 32]>>>>,
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

    /// The tag of a content, where contents are remembered and this one is worth it.
    pub(super) fn tag(&self, path: &str, content: &[u8]) -> Option<Tag> {
        let key = self.key.as_ref().filter(|_| content.len() >= SMALLEST_BYTES)?;
        let mut path = path.as_bytes().to_vec();
        // Tags never leave the process and nothing is encrypted for anybody, so that one nonce will do: what remains is an
        // almost universal hash under a key that nobody knows.
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(content), &mut path).ok()?;
        Some(Tag(tag.as_ref().try_into().ok()?))
    }

    /// What was found in the content with this tag.
    pub(super) fn of(&self, tag: Tag) -> Option<Detected> {
        let hash = self.lock().get(&tag)?.clone();
        let hashed = hash.map(|sha256| Hashed { inner_path: None, sha256: *sha256 });
        Some(Detected { hashed: hashed.into_iter().collect(), ..Detected::default() })
    }

    /// Remembers what was found in the content with this tag. One in which more was found than its hash is looked into each
    /// time it comes: what is remembered is to stay small.
    pub(super) fn note(&self, tag: Tag, Examined { detected, gaps, .. }: &Examined) {
        let hash = match detected.hashed.as_slice() {
            [] => None,
            [Hashed { inner_path: None, sha256 }] => Some(*sha256),
            _ => return,
        };
        let Detected { executable, secrets, malware, licenses, hashed: _ } = detected;
        let is_plain = executable.is_none() && secrets.is_empty() && malware.is_empty() && licenses.is_empty();
        let mut known = self.lock();
        if is_plain && gaps.is_empty() && known.len() < MOST_KNOWN {
            known.insert(tag, hash.map(Box::new));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tag, Option<Box<[u8; 32]>>>> {
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

    fn examined(examiner: &mut Examiner<'_>, path: &str, text: &str) -> Examined {
        let entry = Entry {
            path: UntrustedPath::normalise(path),
            kind: EntryKind::File,
            size_bytes: text.len() as u64,
            mode: 0o644,
            capabilities: FileCapabilities::default(),
        };
        let head = text.as_bytes()[..text.len().min(512)].to_vec();
        let sought = examiner.sought(path, &head, entry.size_bytes);
        let content = SharedContent::Memory(text.as_bytes().to_vec());
        examiner.examine(TakenFile { entry, head, content, digests: None, sought })
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
        for _ in 0..2 {
            for (path, text, _) in &texts {
                let again = examined(&mut examiner, path, text);
                let anew = examined(&mut Examiner::new(&detectors, Arc::default()), path, text);
                assert_eq!((&again.path, &again.detected, &again.gaps), (&anew.path, &anew.detected, &anew.gaps));
            }
        }
        for (path, text, is_known) in &texts {
            let tag = known.contents.tag(path, text.as_bytes());
            assert_eq!(tag.is_some_and(|tag| known.contents.of(tag).is_some()), *is_known, "{path}");
        }
        // Where the content lies may decide, and so does each byte of it.
        let tag = |path: &str, text: &str| known.contents.tag(path, text.as_bytes()).unwrap();
        assert!(known.contents.of(tag("app/notes2.txt", &filling)).is_none());
        assert!(known.contents.of(tag("app/notes.txt", &filling.replacen('n', "m", 1))).is_none());
        assert!(!examined(&mut examiner, "app/settings.txt", &texts[2].1).detected.secrets.is_empty());
    }

    #[test]
    fn of_one_layer_and_beyond_the_most_nothing_is_remembered() {
        assert!(KnownContents::default().tag("a", &[0; SMALLEST_BYTES]).is_none());
        let known = KnownContents::remembering();
        for number in 0..=MOST_KNOWN {
            let mut tag = [0; 16];
            tag[..8].copy_from_slice(&number.to_le_bytes());
            known.note(Tag(tag), &Examined::default());
        }
        assert_eq!(known.lock().len(), MOST_KNOWN);
    }
}
