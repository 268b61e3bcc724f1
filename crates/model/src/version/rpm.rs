//! rpm's order (rpm-version(7)): `[epoch:]version[-release]`.
//!
//! Version and release are segments of letters and of digits; everything else only separates. `~` sorts before the end,
//! `^` directly behind it, then letters, then numbers. No epoch is epoch 0. A version without a release sorts before the
//! same version with any release.

use super::key_writer::{KeyWriter, take_digits, take_while};

const TILDE: u8 = 1;
const END: u8 = 2;
const CARET: u8 = 3;
const LETTERS: u8 = 4;
const NO_RELEASE: u8 = 1;
const RELEASE: u8 = 2;

/// Whether it is made of the characters that versions of rpm have, and says anything.
pub(super) fn is_valid(version: &str) -> bool {
    let version = version.strip_prefix("(none):").unwrap_or(version);
    let rest = version.split_once(':').map_or(version, |(_, rest)| rest);
    let epoch = &version[..version.len() - rest.len()];
    epoch.trim_end_matches(':').bytes().all(|byte| byte.is_ascii_digit())
        && rest.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+%{}~^-".contains(&byte))
}

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    // rpm's own query formats print a missing epoch as `(none)`.
    let mut rest = version.strip_prefix("(none):").unwrap_or(version).as_bytes();
    let mut after_epoch = rest;
    let digits = take_digits(&mut after_epoch);
    if let [b':', after_colon @ ..] = after_epoch {
        key.number(digits);
        rest = after_colon;
    } else {
        key.number(b"0");
    }
    if rest.is_empty() {
        return None;
    }
    match rest.iter().rposition(|&byte| byte == b'-') {
        Some(hyphen) => {
            write_segments(&rest[..hyphen], key);
            key.mark(RELEASE);
            write_segments(&rest[hyphen + 1..], key);
        }
        None => {
            write_segments(rest, key);
            key.mark(NO_RELEASE);
        }
    }
    Some(())
}

fn write_segments(mut rest: &[u8], key: &mut KeyWriter<'_>) {
    while let Some((&first, others)) = rest.split_first() {
        match first {
            b'0'..=b'9' => key.number(take_digits(&mut rest)),
            b'a'..=b'z' | b'A'..=b'Z' => {
                key.mark(LETTERS);
                key.text(take_while(&mut rest, |byte| byte.is_ascii_alphabetic()));
            }
            b'~' => {
                key.mark(TILDE);
                rest = others;
            }
            b'^' => {
                key.mark(CARET);
                rest = others;
            }
            _ => rest = others,
        }
    }
    key.mark(END);
}
