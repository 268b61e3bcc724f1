//! An order for programs whose makers follow no published scheme: what Conan, Conda and Bitnami package, and programs
//! installed by hand.
//!
//! Numbers compare as numbers and missing ones are zero. A letter or a number behind the version is a later state, as
//! in OpenSSL's `1.1.1k`, OpenSSH's `9.6p1` and Bitnami's `1.25.3-4`; a word that means a pre-release is an earlier one.
//! A build behind `+` does not count.

use super::key_writer::{KeyWriter, take_digits, take_while, trim_zeros};

const END: u8 = 8;
const LETTERS: u8 = 9;

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let version = version.split('+').next().unwrap_or(version).as_bytes();
    let mut rest = match version {
        [b'v' | b'V', after @ ..] => after,
        _ => version,
    };
    if !rest.first()?.is_ascii_digit() {
        return None;
    }
    let mut zeros = 0;
    while !rest.is_empty() {
        let digits = take_digits(&mut rest);
        if !digits.is_empty() {
            if trim_zeros(digits).is_empty() {
                zeros += 1;
            } else {
                write_zeros(&mut zeros, key);
                key.number(digits);
            }
            continue;
        }
        let letters = take_while(&mut rest, |byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
        if letters.is_empty() {
            rest = &rest[1..];
            continue;
        }
        match prerelease(letters, rest) {
            Some(mark) => {
                zeros = 0;
                key.mark(mark);
            }
            None => {
                write_zeros(&mut zeros, key);
                key.mark(LETTERS);
                key.text_lower_case(letters);
            }
        }
    }
    key.mark(END);
    Some(())
}

fn write_zeros(zeros: &mut usize, key: &mut KeyWriter<'_>) {
    for _ in 0..std::mem::take(zeros) {
        key.number(b"0");
    }
}

/// The mark of a word that means a pre-release.
fn prerelease(letters: &[u8], rest: &[u8]) -> Option<u8> {
    const WORDS: [(&str, u8); 12] = [
        ("dev", 1),
        ("devel", 1),
        ("nightly", 1),
        ("snapshot", 1),
        ("alpha", 2),
        ("beta", 3),
        ("milestone", 4),
        ("pre", 5),
        ("preview", 5),
        ("prerelease", 5),
        ("rc", 6),
        ("cr", 6),
    ];
    // A single a or b is alpha or beta only in front of a number: OpenSSL 1.0.2b came after 1.0.2.
    match (letters, rest.first().is_some_and(u8::is_ascii_digit)) {
        (b"a", true) => Some(2),
        (b"b", true) => Some(3),
        _ => WORDS.iter().find(|(word, _)| letters.eq_ignore_ascii_case(word.as_bytes())).map(|(_, mark)| *mark),
    }
}
