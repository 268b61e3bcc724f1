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

    fn wants(&self, path: &str, head: &[u8], size_bytes: Option<u64>) -> bool {
        self.examiner.sought(path, head, size_bytes.unwrap_or(head.len() as u64)).any()
    }

    fn look(&mut self, path: &str, content: &mut SharedContent) {
        let inner_path = path.strip_prefix(self.outer_path).and_then(|rest| rest.strip_prefix("!/")).unwrap_or(path);
        let head = content.head(HEAD_BYTES);
        let file = FileToScan { path, size: content.size_bytes(), sha256: None };
        let sought = self.examiner.sought(path, &head, file.size);
        self.examiner.look(&file, sought, Some(inner_path), content, self.detected, &mut self.gaps);
    }
}
