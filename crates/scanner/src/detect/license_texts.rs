//! Texts of licenses in files, and the tags of source files.

use std::io::{self, Read};

use licenses::{FileLicense, is_license_file, is_tagged, licenses_of_file, licenses_of_tags, severity};
use model::{Finding, LicenseCategory, LicenseFile, LicenseFinding, LicenseSource, Severity};
use serde::{Deserialize, Serialize};

use super::HEAD_BYTES;
use crate::shared_content::SharedContent;

/// A license that a file holds or names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundLicense {
    inner_path: Option<String>,
    name: String,
    category: LicenseCategory,
    confidence_percent: Option<u8>,
    severity: Severity,
}

impl FoundLicense {
    /// The same in a file of an archive.
    pub(super) fn at(self, inner_path: Option<&str>) -> FoundLicense {
        FoundLicense { inner_path: inner_path.map(str::to_owned), ..self }
    }

    /// The finding that it makes; `whole` joins the file's path with that within it.
    pub(super) fn finding(&self, whole: impl Fn(&Option<String>) -> String, layer: Option<u32>) -> Finding {
        let FoundLicense { confidence_percent, category, severity, .. } = *self;
        Finding::License(LicenseFinding {
            source: LicenseSource::File(LicenseFile { path: whole(&self.inner_path), confidence_percent, layer }),
            name: self.name.clone(),
            category,
            severity,
            excepted_by: None,
        })
    }
}

/// What a path decides: files whose paths are of one class are looked into alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PathClass {
    is_text: bool,
    is_source: bool,
    is_of_system: bool,
}

impl PathClass {
    pub(super) fn of(path: &str) -> PathClass {
        let is_text = is_license_file(path);
        let is_read = !is_text || !is_read_elsewhere(path);
        let (is_source, is_of_system) = (!is_text && is_source(path), is_of_system(path));
        PathClass {
            is_text: is_text && is_read,
            is_source,
            is_of_system: is_of_system && (is_text && is_read || is_source),
        }
    }

    /// Whether a file that is looked into under a path of the `other` class may have more to say under one of this.
    pub(super) fn may_find_more_than(self, other: &PathClass) -> bool {
        self.is_text && !other.is_text || self.is_source && !other.is_source
    }
}

/// Whether a file in an archive may be one, by its path alone.
pub(super) fn wants_by_path(path: &str) -> bool {
    is_license_file(path) || is_source(path)
}

/// Whether the file, which begins with `head`, is a text of a license or a source file with a tag.
pub(super) fn wants(path: &str, head: &[u8]) -> bool {
    if is_license_file(path) {
        return !head.is_empty() && !head.contains(&0) && !is_read_elsewhere(path);
    }
    is_source(path) && is_tagged(head)
}

/// The licenses of a file that [`wants`] takes.
pub(super) fn find(path: &str, content: &mut SharedContent) -> io::Result<impl Iterator<Item = FoundLicense> + use<>> {
    let is_text = is_license_file(path);
    let found = match is_text {
        true => licenses_of_file(path, &beginning(content)?),
        false => licenses_of_tags(&content.head(HEAD_BYTES)),
    };
    let is_of_system = is_of_system(path);
    Ok(found.into_iter().filter_map(move |license| {
        let FileLicense { name, category, confidence_percent } = license;
        let severity = severity(category, is_of_system);
        // Whoever asks for texts wants to see them all; of tags, which stand in every file, those that ask for something.
        let severity = if is_text { severity.unwrap_or(Severity::None) } else { severity? };
        Some(FoundLicense { inner_path: None, name, category, confidence_percent, severity })
    }))
}

fn beginning(content: &mut SharedContent) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.reader()?.take(licenses::LARGEST_TEXT_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether it is a copy that Debian keeps for all packages, or a copyright file, which is read with its package.
fn is_read_elsewhere(path: &str) -> bool {
    path.contains("usr/share/common-licenses/") || path.contains("usr/share/doc/") && path.ends_with("/copyright")
}

/// Whether it lies where packages of a distribution keep their papers (Filesystem Hierarchy Standard 3.0, 4.11).
fn is_of_system(path: &str) -> bool {
    path.starts_with("usr/share/doc/") || path.starts_with("usr/share/licenses/")
}

/// Whether it is the source of a program, whose tag is read.
fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(_, ending)| SOURCE_ENDINGS.binary_search(&ending).is_ok())
}

/// Endings of source files, sorted.
const SOURCE_ENDINGS: [&str; 38] = [
    "S", "bash", "c", "cc", "cpp", "cs", "css", "cxx", "dart", "erl", "ex", "go", "h", "hpp", "hs", "java", "js",
    "jsx", "kt", "lua", "m", "mjs", "php", "pl", "pm", "proto", "py", "r", "rb", "rs", "scala", "sh", "sql", "swift",
    "ts", "tsx", "vue", "zig",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, content: &str, expected: &[&str]) {
        let head = &content.as_bytes()[..content.len().min(HEAD_BYTES)];
        let mut content = SharedContent::Memory(content.as_bytes().to_vec());
        let found: Vec<String> = match wants(path, head) {
            true => find(path, &mut content)
                .unwrap()
                .map(|license| format!("{:?} {}", license.severity, license.name))
                .collect(),
            false => Vec::new(),
        };
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn texts_are_told_whatever_they_ask_and_tags_where_they_ask_for_something() {
        assert!(SOURCE_ENDINGS.is_sorted());
        check("app/LICENSE", "MIT", &["None MIT"]);
        check("app/LICENSES/own.txt", "AGPL-3.0-only", &["High AGPL-3.0-only"]);
        check("app/a.py", "# SPDX-License-Identifier: MIT\n", &[]);
        check("app/a.py", "# SPDX-License-Identifier: GPL-3.0-only\n", &["Medium GPL-3.0-only"]);
        check("app/a.txt", "# SPDX-License-Identifier: GPL-3.0-only\n", &[]);
        check("app/LICENSE", "GPLv3\0", &[]);
        check("app/LICENSE", "", &[]);
    }

    #[test]
    fn what_the_distribution_keeps_is_no_text_of_the_target() {
        check("usr/share/common-licenses/GPL-3", "GPLv3", &[]);
        check("usr/share/doc/bash/copyright", "GPLv3", &[]);
        check("usr/share/licenses/bash/COPYING", "GPLv3", &["Low GPL-3.0-only"]);
    }
}
