//! What is looked for in files within archives.

use malware::FileToScan;
use model::Gap;

use super::examine::Examiner;
use super::{Detected, HEAD_BYTES, license_texts};
use crate::nested::Look;
use crate::shared_content::SharedContent;

/// Endings of files in archives in which nobody hides what is looked for, so that they stay compressed: pictures, sounds,
/// fonts.
const NEVER_READ: &[&str] = &[
    ".gif", ".ico", ".jpeg", ".jpg", ".mo", ".mp3", ".mp4", ".otf", ".png", ".svg", ".ttf", ".webp", ".woff", ".woff2",
];

/// One outermost file whose inner files are looked into.
pub(super) struct Inner<'d, 'a> {
    examiner: &'d mut Examiner<'a>,
    outer_path: &'d str,
    detected: &'d mut Detected,
    gaps: Vec<Gap>,
}

impl<'d, 'a> Inner<'d, 'a> {
    pub(super) fn new(
        examiner: &'d mut Examiner<'a>,
        outer_path: &'d str,
        detected: &'d mut Detected,
    ) -> Inner<'d, 'a> {
        Inner { examiner, outer_path, detected, gaps: Vec::new() }
    }

    pub(super) fn into_gaps(self) -> Vec<Gap> {
        self.gaps
    }

    /// Tells once of a text that is too large to be looked through.
    fn note_unread(&mut self, path: &str, head: &[u8], size_bytes: u64) {
        let gap = self.examiner.unread_text(path, head, size_bytes);
        self.gaps.extend(gap.filter(|gap| self.gaps.last() != Some(gap)));
    }
}

impl Look for Inner<'_, '_> {
    fn may_want(&self, path: &str, _: Option<u64>) -> bool {
        if self.examiner.wants_only_licenses() {
            return license_texts::wants_by_path(path);
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
        let ending = ending.to_ascii_lowercase();
        if ending == ".class" {
            return self.examiner.wants_classes();
        }
        NEVER_READ.binary_search(&ending.as_str()).is_err()
    }

    fn wants(&mut self, path: &str, head: &[u8], size_bytes: Option<u64>) -> bool {
        self.note_unread(path, head, size_bytes.unwrap_or_default());
        self.examiner.sought(path, head, size_bytes.unwrap_or(head.len() as u64)).any()
    }

    fn look(&mut self, path: &str, content: &mut SharedContent) {
        let inner_path = path.strip_prefix(self.outer_path).and_then(|rest| rest.strip_prefix("!/")).unwrap_or(path);
        let head = content.head(HEAD_BYTES);
        let file = FileToScan { path, size: content.size_bytes(), sha256: None };
        // An archive need not know how long its files are.
        self.note_unread(path, &head, file.size);
        let sought = self.examiner.sought(path, &head, file.size);
        self.examiner.look(&file, sought, Some(inner_path), content, self.detected, &mut self.gaps);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrets::{LARGEST_FILE_BYTES, SecretRules};

    use super::*;
    use crate::detectors::Detectors;

    #[test]
    fn a_text_that_is_too_large_for_secrets_is_told_and_data_are_not() {
        let detectors = Detectors { secrets: Some(SecretRules::builtin()), ..Detectors::default() };
        let mut examiner = Examiner::new(&detectors, Arc::default());
        let mut detected = Detected::default();
        let mut inner = Inner::new(&mut examiner, "a.zip", &mut detected);
        let too_large = Some(LARGEST_FILE_BYTES + 1);
        assert!(
            !inner.wants("a.zip!/.env", b"A=b\n", too_large) && inner.wants("a.zip!/b.env", b"A=b\n", Some(4 << 20))
        );
        assert!(!inner.wants("a.zip!/wide.txt", b"\xff\xfeA\0", too_large));
        let data = [("m.bin", "\u{1}\0\0"), ("a.db", "SQLite format 3\0"), ("film.mkv", "text"), ("p", "\u{7f}ELF")];
        for (path, head) in data.map(|(path, head)| (path, head.as_bytes())) {
            assert!(!inner.wants(path, head, too_large), "{path}");
        }
        let gaps = inner.into_gaps();
        let told: Vec<(&str, &str)> = gaps.iter().map(|gap| (gap.path.as_str(), gap.reason.as_str())).collect();
        let reason = "it is a text of more than 256 MiB, and was not looked through for secrets";
        assert_eq!(told, [("a.zip!/.env", reason), ("a.zip!/wide.txt", reason)]);
    }
}
