//! The order of apk-tools (apk-package(5), Package version): `digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]`.
//!
//! Where one version ends and the other goes on, the longer is later, but for a pre-release suffix; of two different
//! kinds of parts the one that stands further left in the form is later. A part after the first that begins with zero
//! compares as text, so that `1.05` is earlier than `1.1`. What does not follow the form sorts before the end of the
//! version, as apk's invalid token does.

use super::key_writer::{KeyWriter, ZERO, take_digits, take_while, trim_zeros};

/// The pre-release suffixes; their marks sort before everything that could stand in their place.
const BEFORE: [(&[u8], u8); 4] = [(b"alpha", 1), (b"beta", 2), (b"pre", 3), (b"rc", 4)];
const INVALID: u8 = 5;
const END: u8 = 6;
const REVISION: u8 = 7;
const HASH: u8 = 8;
const SUFFIX_NUMBER: u8 = 9;
const AFTER: [(&[u8], u8); 5] = [(b"cvs", 10), (b"svn", 11), (b"git", 12), (b"hg", 13), (b"p", 14)];
const LETTER: u8 = 15;

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    write_form(version, key);
    Some(())
}

/// Whether it follows the form.
pub(super) fn is_valid(version: &str) -> bool {
    write_form(version, &mut KeyWriter::new(&mut Vec::with_capacity(version.len() + 8)))
}

/// Writes the key, and tells whether the version follows the form.
fn write_form(version: &str, key: &mut KeyWriter<'_>) -> bool {
    let mut rest = version.as_bytes();
    if !write_numbers(&mut rest, key) {
        return write_invalid(rest, key);
    }
    if let [letter @ b'a'..=b'z', others @ ..] = rest {
        key.mark(LETTER);
        key.mark(*letter);
        rest = others;
    }
    while let [b'_', others @ ..] = rest {
        let mut after = others;
        let word = take_while(&mut after, |byte| byte.is_ascii_lowercase());
        let Some((_, mark)) = BEFORE.iter().chain(&AFTER).find(|(suffix, _)| *suffix == word) else {
            return write_invalid(rest, key);
        };
        key.mark(*mark);
        let digits = take_digits(&mut after);
        if !digits.is_empty() {
            key.mark(SUFFIX_NUMBER);
            key.number(digits);
        }
        rest = after;
    }
    if let [b'~', others @ ..] = rest {
        let mut after = others;
        let hash = take_while(&mut after, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if hash.is_empty() {
            return write_invalid(rest, key);
        }
        key.mark(HASH);
        key.text(hash);
        rest = after;
    }
    if let [b'-', b'r', others @ ..] = rest {
        let mut after = others;
        let revision = take_digits(&mut after);
        // A revision zero before something invalid says no more than the invalid part alone.
        if !revision.is_empty() && (after.is_empty() || !trim_zeros(revision).is_empty()) {
            key.mark(REVISION);
            key.number(revision);
            rest = after;
        }
    }
    if !rest.is_empty() {
        return write_invalid(rest, key);
    }
    key.mark(END);
    true
}

/// Writes the dotted numbers and tells whether they follow the form.
fn write_numbers(rest: &mut &[u8], key: &mut KeyWriter<'_>) -> bool {
    let first = take_digits(rest);
    if first.is_empty() {
        return false;
    }
    key.number(first);
    while let [b'.', others @ ..] = *rest {
        let mut after = others;
        let digits = take_digits(&mut after);
        if digits.is_empty() {
            return false;
        }
        if digits[0] == b'0' {
            // The mark of zero sorts before every number that does not begin with it.
            key.mark(ZERO);
            key.text(digits);
        } else {
            key.number(digits);
        }
        *rest = after;
    }
    true
}

/// An invalid remainder compares as text, but for one that looks like a broken revision: those are all the same.
fn write_invalid(rest: &[u8], key: &mut KeyWriter<'_>) -> bool {
    key.mark(INVALID);
    key.text(if rest.starts_with(b"-") { b"" } else { rest });
    false
}
