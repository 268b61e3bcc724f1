//! Semantic Versioning 2.0.0 (section 11, Precedence), read leniently, and the orders built on it.
//!
//! Any number of numeric parts, missing ones are zero; a leading `v`; a pre-release may hang on a number without a
//! hyphen (`1.21rc2`), as Go and hand-made tags write it. NuGet compares pre-releases without regard to case; Dart and
//! Julia let the build count, and no build is the earliest.

use super::key_writer::{KeyWriter, take_digits, take_while, trim_zeros};

/// Which order built on Semantic Versioning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Semver,
    Nuget,
    Pub,
}

/// Ends a list of identifiers.
const LIST_END: u8 = 1;
/// Ends the numeric parts.
const NUMBERS_END: u8 = 2;
const ALPHANUMERIC: u8 = 0xF9;
/// No pre-release: later than each.
const RELEASE: u8 = 0xFF;

pub(super) fn write(version: &str, dialect: Dialect, key: &mut KeyWriter<'_>) -> Option<()> {
    let mut rest = version.as_bytes();
    // `v1.2.3`, `V1.2.3`, `=1.2.3` of old package.json files, `go1.21` of Go's own tags.
    rest = match rest {
        [b'=', after @ ..] => after.trim_ascii_start(),
        _ => rest,
    };
    rest = match rest {
        [b'v' | b'V', after @ ..] | [b'g', b'o', after @ ..] => after,
        _ => rest,
    };
    write_numbers(&mut rest, key)?;

    let (prerelease, build) = match rest.iter().position(|&byte| byte == b'+') {
        Some(plus) => (&rest[..plus], Some(&rest[plus + 1..])),
        None => (rest, None),
    };
    match prerelease {
        [] | [b'-'] => key.mark(RELEASE),
        [b'-', identifiers @ ..] => write_identifiers(identifiers, dialect, key),
        [b'.', attached @ ..] => write_attached(attached, dialect, key),
        attached => write_attached(attached, dialect, key),
    }
    if let (Dialect::Pub, Some(build)) = (dialect, build) {
        write_identifiers(build, dialect, key);
    }
    Some(())
}

/// Writes the numeric parts without the zeros at their end.
fn write_numbers(rest: &mut &[u8], key: &mut KeyWriter<'_>) -> Option<()> {
    let mut zeros = 0;
    let mut digits = take_digits(rest);
    if digits.is_empty() {
        return None;
    }
    loop {
        if trim_zeros(digits).is_empty() {
            zeros += 1;
        } else {
            for _ in 0..zeros {
                key.number(b"0");
            }
            zeros = 0;
            key.number(digits);
        }
        let [b'.', b'0'..=b'9', ..] = *rest else {
            break;
        };
        *rest = &rest[1..];
        digits = take_digits(rest);
    }
    key.mark(NUMBERS_END);
    Some(())
}

fn write_identifiers(identifiers: &[u8], dialect: Dialect, key: &mut KeyWriter<'_>) {
    for identifier in identifiers.split(|&byte| byte == b'.') {
        write_identifier(identifier, dialect, key);
    }
    key.mark(LIST_END);
}

/// Writes a pre-release that hangs on the number: its letters and digits are identifiers of their own.
fn write_attached(mut rest: &[u8], dialect: Dialect, key: &mut KeyWriter<'_>) {
    while !rest.is_empty() {
        let identifier = match take_digits(&mut rest) {
            [] => take_while(&mut rest, |byte| !byte.is_ascii_digit() && byte != b'.' && byte != b'-'),
            digits => digits,
        };
        if identifier.is_empty() {
            rest = &rest[1..];
        } else {
            write_identifier(identifier, dialect, key);
        }
    }
    key.mark(LIST_END);
}

fn write_identifier(identifier: &[u8], dialect: Dialect, key: &mut KeyWriter<'_>) {
    if !identifier.is_empty() && identifier.iter().all(u8::is_ascii_digit) {
        key.number(identifier);
        return;
    }
    key.mark(ALPHANUMERIC);
    match dialect {
        Dialect::Nuget => key.text_lower_case(identifier),
        Dialect::Semver | Dialect::Pub => key.text(identifier),
    }
}
