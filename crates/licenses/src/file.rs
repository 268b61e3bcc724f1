//! Files that say under which license something is: `LICENSE` and its like by their texts, source files by their
//! `SPDX-License-Identifier` tags.

use model::LicenseCategory;

use crate::expression::License;
use crate::text::{LARGEST_TEXT_BYTES, licenses_of_text};

/// The name under which a text that is no license of the list is told.
pub const UNKNOWN_TEXT: &str = "unknown license text";

/// A license that a file holds or names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLicense {
    /// An SPDX id or expression, or [`UNKNOWN_TEXT`].
    pub name: String,
    /// What it asks.
    pub category: LicenseCategory,
    /// How much of the license's wording is there, in percent; 100 for a tag or a name; nothing where it is unknown.
    pub confidence_percent: Option<u8>,
}

/// Whether the file at this path holds by custom a license of what lies beside it: `LICENSE`, `LICENSE-MIT.txt`,
/// `MIT-LICENSE`, `COPYING`, `NOTICE.md`, `copyright`, or a text in a folder `LICENSES` (REUSE specification 3.3, License
/// files).
pub fn is_license_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    has_license_name(name) || is_text_in_folder(folder, name)
}

fn is_text_in_folder(folder: &str, name: &str) -> bool {
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    let is_text = name.rsplit_once('.').is_some_and(|(_, ending)| TEXT_ENDINGS.contains(&ending));
    folder.eq_ignore_ascii_case("licenses") && is_text
}

fn has_license_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let (stem, ending) = match lower.rsplit_once('.') {
        // What follows the last dot of "LICENSE-2.0" or "COPYING.LESSER" is no type of file.
        Some((stem, ending)) if TEXT_ENDINGS.contains(&ending) => (stem, ending),
        _ => (lower.as_str(), ""),
    };
    let mut begins = STEMS.iter().filter_map(|begin| stem.strip_prefix(begin));
    let is_begun = begins.any(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_', ' ']));
    let is_ended = ["license", "licence"].iter().any(|end| {
        stem.strip_suffix(end).is_some_and(|rest| rest.ends_with(['.', '-', '_', ' ']) && rest.len() <= LONGEST_OWNER)
    });
    let is_other_type = ending.is_empty()
        && stem.rsplit_once('.').is_some_and(|(_, ending)| OTHER_ENDINGS.binary_search(&ending).is_ok());
    (is_begun || is_ended) && !is_other_type
}

/// Whether a tag may be in the beginning of a file.
pub fn is_tagged(head: &[u8]) -> bool {
    head.windows(TAG.len()).any(|part| part == TAG.as_bytes())
}

/// The licenses that the file at this path (see [`is_license_file`]) holds.
///
/// A text of some length that holds none of the SPDX list is a license that nobody knows; a notice, by its name, may well
/// hold none.
pub fn licenses_of_file(path: &str, content: &[u8]) -> Vec<FileLicense> {
    let content = &content[..content.len().min(LARGEST_TEXT_BYTES)];
    if content.contains(&0) {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(content);
    let by_text = licenses_of_text(&text)
        .into_iter()
        .map(|found| FileLicense::known(License::parse(found.id), found.confidence_percent));
    let mut found: Vec<FileLicense> = by_text.collect();
    if found.is_empty() {
        found.extend(identifier_tags(&text).into_iter().map(|license| FileLicense::known(license, 100)));
    }
    if found.is_empty() && text.len() <= LONGEST_STATEMENT_BYTES {
        let license = License::parse(text.trim().trim_end_matches('.'));
        found.extend(license.is_spdx().then(|| FileLicense::known(license, 100)));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let is_text = has_license_name(name) && !lower.starts_with("notice") && !lower.starts_with("copyright");
    if found.is_empty() && is_text && text.split_whitespace().nth(FEWEST_WORDS_OF_UNKNOWN).is_some() {
        let category = LicenseCategory::Unknown;
        found.push(FileLicense { name: UNKNOWN_TEXT.to_owned(), category, confidence_percent: None });
    }
    found
}

/// The licenses of the tags in the beginning of a source file.
pub fn licenses_of_tags(head: &[u8]) -> Vec<FileLicense> {
    let tags = identifier_tags(&String::from_utf8_lossy(head)).into_iter();
    tags.map(|license| FileLicense::known(license, 100)).collect()
}

impl FileLicense {
    fn known(license: License, confidence_percent: u8) -> FileLicense {
        FileLicense {
            name: license.to_string(),
            category: license.category(),
            confidence_percent: Some(confidence_percent),
        }
    }
}

const STEMS: [&str; 9] =
    ["license", "licence", "licenses", "licences", "copying", "notice", "notices", "copyright", "unlicense"];

/// Endings of files that are texts.
const TEXT_ENDINGS: [&str; 8] = ["txt", "md", "rst", "html", "htm", "markdown", "rtf", "adoc"];

/// Endings of files that are no license, whatever their names, sorted.
const OTHER_ENDINGS: [&str; 38] = [
    "c", "cc", "class", "cpp", "cs", "css", "csv", "dll", "erb", "go", "gz", "h", "hpp", "java", "js", "json", "jsx",
    "lua", "mjs", "php", "pl", "png", "po", "ps1", "py", "pyc", "rb", "rs", "scss", "sh", "so", "svg", "ts", "tsx",
    "vue", "xml", "yaml", "yml",
];

/// The longest name before `-LICENSE`: `MIT-LICENSE`, `bootstrap.LICENSE`.
const LONGEST_OWNER: usize = 40;

/// The longest file that may be nothing but the name of a license, in bytes.
const LONGEST_STATEMENT_BYTES: usize = 200;

/// What has fewer words is a pointer to a license and no text of one.
const FEWEST_WORDS_OF_UNKNOWN: usize = 60;

const TAG: &str = "SPDX-License-Identifier:";

/// How many lines of a file may hold its tag.
const TAGGED_LINES: usize = 60;

/// The licenses of the `SPDX-License-Identifier` tags in the first lines of a file (SPDX 2.3, annex E), each once; empty
/// where there is none.
fn identifier_tags(head: &str) -> Vec<License> {
    let mut found: Vec<License> = Vec::new();
    for line in head.lines().take(TAGGED_LINES) {
        let Some((_, rest)) = line.split_once(TAG) else { continue };
        let words = rest.trim().trim_end_matches("*/").trim_end_matches("-->").trim_end_matches(['"', '\'', ';', ',']);
        let license = License::parse(words.trim());
        if license.is_spdx() && !found.contains(&license) {
            found.push(license);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_licenses_are_told_by_their_names() {
        assert!(OTHER_ENDINGS.is_sorted());
        for name in [
            "LICENSE",
            "license.txt",
            "LICENSE-MIT",
            "LICENSE-2.0",
            "LICENSE_APACHE.md",
            "Licence.md",
            "LICENSES.txt",
            "COPYING",
            "COPYING.LESSER",
            "NOTICE",
            "copyright",
            "UNLICENSE",
            "MIT-LICENSE",
            "bootstrap.LICENSE.txt",
            "a/LICENSE",
            "a/LICENSES/Apache-2.0.txt",
        ] {
            assert!(is_license_file(name), "{name}");
        }
        for name in [
            "license.rs",
            "licensing_test.py",
            "licensee",
            "noticeboard.html",
            "README",
            "copyrighted",
            "LICENSE.json",
            "copying-files.py",
            "sublicense",
            "licenses/pictures.png",
            "Apache-2.0.txt",
        ] {
            assert!(!is_license_file(name), "{name}");
        }
    }

    fn check(name: &str, text: &str, expected: &[&str]) {
        let found = licenses_of_file(name, text.as_bytes());
        let found: Vec<String> =
            found.iter().map(|found| format!("{} {}", found.category.as_str(), found.name)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn short_files_name_a_license() {
        check("LICENSE", "MIT OR Apache-2.0\n", &["permissive MIT OR Apache-2.0"]);
        check("LICENSE", "GPLv3.", &["strong-copyleft GPL-3.0-only"]);
        check("LICENSE", "SPDX-License-Identifier: AGPL-3.0-only\nand words", &["network-copyleft AGPL-3.0-only"]);
        check("LICENSE", "see elsewhere", &[]);
        check("LICENSE", "a\0b", &[]);
    }

    #[test]
    fn texts_of_some_length_that_nobody_knows_are_unknown() {
        let text = "You may use the frobnicator on Sundays. ".repeat(20);
        check("LICENSE", &text, &["unknown unknown license text"]);
        check("NOTICE", &text, &[]);
    }

    #[test]
    fn tags_in_heads_of_files_are_read() {
        let tags =
            |head: &str| licenses_of_tags(head.as_bytes()).into_iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(
            tags("// SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note\n"),
            ["GPL-2.0-only WITH Linux-syscall-note"]
        );
        assert_eq!(tags("#!/bin/sh\n# SPDX-License-Identifier: (MIT OR Apache-2.0)\n"), ["MIT OR Apache-2.0"]);
        assert_eq!(tags("/* SPDX-License-Identifier: BSD-3-Clause */"), ["BSD-3-Clause"]);
        assert!(tags("the tag is SPDX-License-Identifier: <id>").is_empty());
        assert!(tags("nothing").is_empty());
    }
}
