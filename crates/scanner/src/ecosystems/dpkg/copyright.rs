//! Licenses in Debian copyright files: machine-readable ones (copyright-format 1.0) by their `License` fields, others
//! by the texts in `/usr/share/common-licenses` that they refer to, else by the texts of licenses that they hold.

use std::borrow::Cow;
use std::collections::BTreeSet;

use licenses::licenses_of_text;

use super::paragraphs::{self, Paragraphs};
use crate::declared_license::{declared_license, spdx_identifier};

/// What is said of a copyright file that is no text.
pub(super) const NO_TEXT: &str = "it is no text that can be read, so the license of its package is unknown";

/// The licenses that a copyright file declares, sorted; no list where it is no text and no license can be made out in it.
/// Debian asks for UTF-8 (policy 12.5); older files are in Latin-1, and some were made on Windows in UTF-16.
pub(super) fn licenses_of_bytes(bytes: &[u8]) -> Option<Vec<String>> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf_16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf_16(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    };
    let licenses = licenses(&text);
    let is_text = !text.contains(['\0', char::REPLACEMENT_CHARACTER]);
    (is_text || !licenses.is_empty()).then_some(licenses)
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The licenses that a copyright file declares, sorted; none where it is free text that names no common license.
fn licenses(text: &str) -> Vec<String> {
    let mut licenses = if is_machine_readable(text) { declared(text) } else { referenced(text) };
    if licenses.is_empty() {
        licenses.extend(licenses_of_text(text).into_iter().map(|found| found.id.to_owned()));
    }
    licenses.sort_unstable();
    licenses.dedup();
    licenses
}

/// The most names taken of one file, and their greatest length: what is longer is no short name.
const MOST_NAMES: usize = 500;
const LONGEST_NAME: usize = 1_000;

fn is_machine_readable(text: &str) -> bool {
    let header = text.trim_start().lines().take_while(|line| !line.trim().is_empty());
    header.take(20).any(|line| {
        let lower = line.to_ascii_lowercase();
        (lower.starts_with("format:") || lower.starts_with("format-specification:"))
            && (lower.contains("copyright") || lower.contains("dep5") || lower.contains("dep/5"))
    })
}

/// The short names that files, or the package as a whole, are under. A paragraph that only gives the text of a license
/// (copyright-format 1.0, section 6.3) names none of the package where others do.
fn declared(text: &str) -> Vec<String> {
    // Long files name the same few licenses thousands of times.
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut texts: BTreeSet<String> = BTreeSet::new();
    // Some leave an empty line between the fields of one paragraph.
    let mut is_owed = false;
    let mut paragraphs = Paragraphs::new(text.as_bytes());
    // A paragraph that is too long ends the list; what was found before it stands.
    while let Ok(Some(paragraph)) = paragraphs.next() {
        let (mut is_of_files, mut is_head, mut licenses) = (false, false, Vec::new());
        for (name, value) in paragraphs::fields(&paragraph.text) {
            is_of_files |= name.eq_ignore_ascii_case("files");
            is_head |= name.to_ascii_lowercase().starts_with("format");
            if name.eq_ignore_ascii_case("license") {
                licenses.push(value);
            }
        }
        let set = if is_of_files || is_head || is_owed { &mut names } else { &mut texts };
        is_owed = (is_of_files || is_owed) && licenses.is_empty();
        for value in licenses {
            let short = value.lines().next().unwrap_or_default().trim().trim_end_matches([',', '.', ';']);
            if is_short_name(short) && set.len() < MOST_NAMES && !set.contains(short) {
                set.insert(short.to_owned());
            }
        }
    }
    let names = if names.is_empty() { texts } else { names };
    names.iter().map(|name| declared_license(name)).collect()
}

/// Whether it is a name or several joined, not the first line of a license's text.
fn is_short_name(text: &str) -> bool {
    let words = text.split_whitespace().take(10).count();
    let is_joined = [" or ", " and ", " with "].iter().any(|join| text.contains(join));
    words > 0 && text.len() <= LONGEST_NAME && (words < 6 || is_joined)
}

fn referenced(text: &str) -> Vec<String> {
    const FOLDER: &str = "/common-licenses/";
    let mut licenses = Vec::new();
    let mut any_later = None;
    for (at, _) in text.match_indices(FOLDER) {
        let rest = &text[at + FOLDER.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-.".contains(c)).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches(['.', '-']);
        let is_gnu = name.contains("GPL") || name.contains("GFDL");
        let has_version = name.contains('-');
        // The folder's text is the license; whether later versions may be chosen stands in the file's own words.
        let identifier = if is_gnu && has_version && *any_later.get_or_insert_with(|| says_any_later(text)) {
            spdx_identifier(&format!("{name}+"))
        } else if name == "BSD" {
            Some("BSD-3-Clause".to_owned())
        } else {
            spdx_identifier(name)
        };
        if let Some(identifier) = identifier
            && !licenses.contains(&identifier)
        {
            licenses.push(identifier);
        }
    }
    licenses
}

fn says_any_later(text: &str) -> bool {
    text.match_indices("later").any(|(at, word)| {
        let mut words = text[at + word.len()..].split_whitespace();
        let before = text[..at].trim_end();
        words.next().is_some_and(|next| next.starts_with("version")) && before.ends_with("any")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(licenses(text), expected, "{text}");
    }

    #[test]
    fn machine_readable_files_declare_short_names() {
        check(
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: x\n\n\
             Files: *\nCopyright: 2001 A\nLicense: GPL-2+\n This is free\n .\n software\n\nFiles: b\nLicense: expat or ISC\n\n\
             License: GPL-2+\n text\n\nFiles: c\nLicense:\n only a text\n",
            &["GPL-2.0-or-later", "MIT OR ISC", "only a text"],
        );
    }

    #[test]
    fn a_paragraph_with_the_text_of_a_license_declares_none() {
        let format = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";
        let texts = "License: Artistic\n text\n\nLicense: GPL-1+\n text\n";
        check(
            &format!("{format}\nFiles: *\nCopyright: A\nLicense: Artistic or GPL-1+\n\n{texts}"),
            &["Artistic-1.0-Perl OR GPL-1.0-or-later"],
        );
        // For the whole of it, in the head; none but the texts; and a field that an empty line has cut off.
        check(&format!("{format}License: MIT\n\n{texts}"), &["MIT"]);
        check(&format!("{format}\n{texts}"), &["Artistic-1.0-Perl", "GPL-1.0-or-later"]);
        check(&format!("{format}\nFiles: *\nCopyright: A\n\n{texts}"), &["Artistic-1.0-Perl"]);
    }

    #[test]
    fn free_text_refers_to_common_licenses() {
        check(
            "This is dash.\nGNU General Public License, either version 2, or (at your option) any\n later version.\n\
             see `/usr/share/common-licenses/GPL-2'. And /usr/share/common-licenses/BSD.",
            &["BSD-3-Clause", "GPL-2.0-or-later"],
        );
        check("see /usr/share/common-licenses/LGPL-2.1.", &["LGPL-2.1-only"]);
        check(
            "in /usr/share/common-licenses/Apache-2.0, and /usr/share/common-licenses/GPL",
            &["Apache-2.0", "GPL-1.0-or-later"],
        );
        check("in the public domain", &[]);
    }

    #[test]
    fn free_text_without_reference_is_known_by_the_texts_in_it() {
        let text = "This package was put together by A. N. Other.\n\nCopyright 2001 The Frobnicators\n\n\
                    Permission to use, copy, modify, and distribute this software for any purpose with or without fee is \
                    hereby granted, provided that the above copyright notice and this permission notice appear in all \
                    copies.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\" AND ISC DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS \
                    SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL ISC BE \
                    LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING \
                    FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS \
                    ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.";
        check(text, &["ISC"]);
    }

    #[test]
    fn thousands_of_paragraphs_with_one_license_hide_no_other() {
        let many = "Files: a\nCopyright: A\nLicense: BSL-1.0\n\n".repeat(2_000);
        let text = format!(
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n{many}Files: b\nLicense: GPL-3+\n"
        );
        check(&text, &["BSL-1.0", "GPL-3.0-or-later"]);
    }

    #[test]
    fn other_encodings_are_read_and_what_is_no_text_is_not_taken_for_a_file_without_a_license() {
        let text = "License: MIT, see /usr/share/common-licenses/GPL-2";
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(licenses_of_bytes(&wide), Some(vec!["GPL-2.0-only".to_owned()]));
        let latin = [b"By J\xfcrgen: ".as_slice(), text.as_bytes()].concat();
        assert_eq!(licenses_of_bytes(&latin), Some(vec!["GPL-2.0-only".to_owned()]));
        assert_eq!(licenses_of_bytes(b"do as you like"), Some(Vec::new()));
        for no_text in [b"\x1f\x8b\x08\x00\xff\xfe\xfd".as_slice(), b"By J\xfcrgen", b"a\0b"] {
            assert_eq!(licenses_of_bytes(no_text), None, "{no_text:?}");
        }
    }
}
