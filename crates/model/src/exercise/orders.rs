//! The orders of dpkg and rpm written down once more, straight from their descriptions and without any key, to compare
//! the keys with (deb-version(7), rpm-version(7)).

use std::cmp::Ordering;

use crate::version::VersionScheme;

/// How the versions compare; nothing where the scheme has no second description here.
pub(super) fn compare(scheme: VersionScheme, left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (left.trim_ascii(), right.trim_ascii());
    match scheme {
        VersionScheme::Deb => Some(compare_deb(left, right)),
        VersionScheme::Rpm => Some(compare_rpm(left, right)),
        _ => None,
    }
}

fn compare_deb(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| {
        let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        (epoch.to_owned(), upstream.to_owned(), revision.to_owned())
    };
    let (left, right) = (parts(left), parts(right));
    compare_numbers(left.0.as_bytes(), right.0.as_bytes())
        .then_with(|| compare_deb_part(left.1.as_bytes(), right.1.as_bytes()))
        .then_with(|| compare_deb_part(left.2.as_bytes(), right.2.as_bytes()))
}

fn compare_deb_part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    // The end of a part and the beginning of a number weigh the same.
    let weight = |rest: &[u8]| match rest.first() {
        Some(b'~') => -1,
        None | Some(b'0'..=b'9') => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    };
    let is_other = |rest: &[u8]| rest.first().is_some_and(|byte| !byte.is_ascii_digit());
    while !left.is_empty() || !right.is_empty() {
        while is_other(left) || is_other(right) {
            let order = weight(left).cmp(&weight(right));
            if order.is_ne() {
                return order;
            }
            (left, right) = (&left[1..], &right[1..]);
        }
        let order = compare_numbers(take(&mut left, u8::is_ascii_digit), take(&mut right, u8::is_ascii_digit));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn compare_rpm(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| {
        let version = version.strip_prefix("(none):").unwrap_or(version);
        let digits = version.len() - version.trim_start_matches(|first: char| first.is_ascii_digit()).len();
        let (epoch, rest) = match version[digits..].strip_prefix(':') {
            Some(rest) => (&version[..digits], rest),
            None => ("", version),
        };
        let (version, release) =
            rest.rsplit_once('-').map_or((rest, None), |(version, release)| (version, Some(release)));
        (epoch.to_owned(), version.to_owned(), release.map(str::to_owned))
    };
    let (left, right) = (parts(left), parts(right));
    compare_numbers(left.0.as_bytes(), right.0.as_bytes())
        .then_with(|| compare_rpm_part(left.1.as_bytes(), right.1.as_bytes()))
        .then_with(|| match (&left.2, &right.2) {
            (Some(left), Some(right)) => compare_rpm_part(left.as_bytes(), right.as_bytes()),
            (left, right) => left.is_some().cmp(&right.is_some()),
        })
}

fn compare_rpm_part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    let separates = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte != b'~' && *byte != b'^';
    loop {
        take(&mut left, separates);
        take(&mut right, separates);
        match (left.first(), right.first()) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                (left, right) = (&left[1..], &right[1..]);
            }
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            (None, None) => return Ordering::Equal,
            (Some(b'^'), None) => return Ordering::Greater,
            (None, Some(b'^')) => return Ordering::Less,
            (Some(b'^'), Some(_)) => return Ordering::Less,
            (Some(_), Some(b'^')) => return Ordering::Greater,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(first), Some(second)) => {
                let order = match (first.is_ascii_digit(), second.is_ascii_digit()) {
                    (true, true) => {
                        compare_numbers(take(&mut left, u8::is_ascii_digit), take(&mut right, u8::is_ascii_digit))
                    }
                    (false, false) => {
                        take(&mut left, u8::is_ascii_alphabetic).cmp(take(&mut right, u8::is_ascii_alphabetic))
                    }
                    (is_number, other) => is_number.cmp(&other),
                };
                if order.is_ne() {
                    return order;
                }
            }
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], belongs: impl Fn(&u8) -> bool) -> &'a [u8] {
    let length = rest.iter().position(|byte| !belongs(byte)).unwrap_or(rest.len());
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

/// Compares runs of digits of any length by their value.
fn compare_numbers(left: &[u8], right: &[u8]) -> Ordering {
    let value = |digits: &[u8]| digits.iter().skip_while(|digit| **digit == b'0').copied().collect::<Vec<u8>>();
    let (left, right) = (value(left), value(right));
    left.len().cmp(&right.len()).then(left.cmp(&right))
}
