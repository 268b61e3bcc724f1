//! What a field of package metadata declares: a name, an expression, or the text of a license that somebody put there.

use model::LicenseCategory;

use crate::expression::{LONGEST_DECLARATION_BYTES, License};
use crate::text::{LARGEST_TEXT_BYTES, licenses_of_text};

/// A longer field is looked at as a text too, in bytes; so is one of several lines.
const LONGEST_LINE: usize = 200;
/// The most lines that are read as one license each.
const MOST_LINES: usize = 32;

/// The declaration that a field of package metadata makes, as [`License::parse`] takes it; nothing where it is empty.
///
/// A field of several lines or of many words is an expression, a list with one license a line, or the text of a license,
/// which is known by its wording. What is none of these keeps its words, spaces made one, and is unknown; of more than
/// [`LONGEST_DECLARATION_BYTES`] the beginning.
pub fn declared(field: &str) -> Option<String> {
    let lines: Vec<&str> = field.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let words = field.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return None;
    }
    if lines.len() == 1 && words.len() <= LONGEST_LINE {
        return Some(words);
    }
    // Before the lines are taken as one expression: where none joins them, each stands for itself.
    if (2..=MOST_LINES).contains(&lines.len()) && lines.iter().all(|line| is_known(line)) {
        return Some(all_of(lines));
    }
    if is_known(&words) {
        return Some(words);
    }
    let text = &field[..field.floor_char_boundary(LARGEST_TEXT_BYTES)];
    let texts = licenses_of_text(text);
    if !texts.is_empty() {
        return Some(all_of(texts.iter().map(|found| found.id)));
    }
    // Still too long to be taken apart: what is cut off may ask more than what is left.
    let end = words.floor_char_boundary(LONGEST_DECLARATION_BYTES + 4);
    Some(words[..end].to_owned())
}

fn is_known(words: &str) -> bool {
    License::parse(words).category() != LicenseCategory::Unknown
}

/// An expression of licenses that all hold.
fn all_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = parts.into_iter().collect();
    all.dedup();
    match all.as_slice() {
        [only] => (*only).to_owned(),
        _ => {
            let bracketed = |part: &&str| if part.contains(' ') { format!("({part})") } else { (*part).to_owned() };
            all.iter().map(bracketed).collect::<Vec<_>>().join(" AND ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIT: &str = "Copyright (c) 2020 X\n        \n        Permission is hereby granted, free of charge, to any person \
        obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software \
        without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, \
        sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, \
        subject to the following conditions:\n\n        The above copyright notice and this permission notice shall be \
        included in all copies or substantial portions of the Software.\n\n        THE SOFTWARE IS PROVIDED \"AS IS\", \
        WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, \
        FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE \
        FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF \
        OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

    fn category(field: &str) -> LicenseCategory {
        License::parse(&declared(field).unwrap()).category()
    }

    #[test]
    fn long_expressions_and_lists_are_read_to_their_end() {
        for count in [5, 25, 100, 800] {
            let long = format!("{}AGPL-3.0-only", "MIT AND ".repeat(count));
            let expected = if count < 800 { LicenseCategory::NetworkCopyleft } else { LicenseCategory::Unknown };
            assert_eq!(category(&long), expected, "{count}");
        }
        assert_eq!(declared("MIT\n  OR\n  Apache-2.0\n").as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(declared("BSD-3-Clause\n\nAGPL-3.0-only").as_deref(), Some("BSD-3-Clause AND AGPL-3.0-only"));
        assert_eq!(declared("Zlib\nMIT License").as_deref(), Some("Zlib AND (MIT License)"));
        let (twice, once) = ("MIT OR (Apache-2.0 AND ISC)\nMIT OR (Apache-2.0 AND ISC)", "MIT OR (Apache-2.0 AND ISC)");
        assert_eq!(declared(twice).as_deref(), Some(once));
        assert_eq!(declared(" MIT\r\n").as_deref(), Some("MIT"));
        assert_eq!((declared(""), declared(" \n ")), (None, None));
    }

    #[test]
    fn the_text_of_a_license_is_known_by_its_wording() {
        assert_eq!(declared(MIT).as_deref(), Some("MIT"));
        assert_eq!(declared(&format!("The MIT License (MIT)\n\n{MIT}")).as_deref(), Some("MIT"));
    }

    #[test]
    fn what_is_not_understood_keeps_its_words_and_is_unknown() {
        let field = "Copyright (c) 2020 X\n        \n        You may use this on Sundays, or as the MIT license says, and never else.";
        let words = "Copyright (c) 2020 X You may use this on Sundays, or as the MIT license says, and never else.";
        assert_eq!(declared(field).as_deref(), Some(words));
        assert_eq!(category(field), LicenseCategory::Unknown);
        let prose = format!(
            "{} or MIT",
            "You may do with this whatever the keeper of the keys of the house allows. ".repeat(300)
        );
        let words = declared(&prose).unwrap();
        assert!(
            words.len() > LONGEST_DECLARATION_BYTES && words.len() < LONGEST_DECLARATION_BYTES + 8,
            "{}",
            words.len()
        );
        assert_eq!(License::parse(&words).category(), LicenseCategory::Unknown);
        // Blanks do not make a field that is cut a short one.
        let spaced = format!("{}AGPL-3.0-only", "MIT AND      \n".repeat(2_000));
        assert_eq!(category(&spaced), LicenseCategory::Unknown);
        let words = "é".repeat(9_000);
        assert_eq!(category(&words), LicenseCategory::Unknown);
    }
}
