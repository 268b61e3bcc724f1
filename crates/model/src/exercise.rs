//! A door for fuzz targets and the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface of the model: nothing else may use it, and it changes without notice.

mod orders;

use std::fmt::{Debug, Display};
use std::str::FromStr;

use crate::cvss::CvssVector;
use crate::version::VersionScheme;
use crate::{Digest, ImageName, Platform, Purl, UntrustedPath};

/// A name and what it runs.
type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[("identifiers", identifiers), ("version_keys", version_keys)];

const SCHEMES: &[VersionScheme] = &[
    VersionScheme::Deb,
    VersionScheme::Apk,
    VersionScheme::Rpm,
    VersionScheme::Maven,
    VersionScheme::Pypi,
    VersionScheme::Gem,
    VersionScheme::Semver,
    VersionScheme::Nuget,
    VersionScheme::Packagist,
    VersionScheme::Pub,
    VersionScheme::Hackage,
    VersionScheme::Cran,
    VersionScheme::Generic,
];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|(target, _)| *target)
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when a parser has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    let known = TARGETS.iter().find(|(known, _)| *known == target);
    known.expect("the caller names a target of the list").1(bytes);
}

/// Whatever can be parsed is written so that it parses to the same again.
fn identifiers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    check_round_trip::<Purl>(&text);
    check_round_trip::<ImageName>(&text);
    check_round_trip::<Digest>(&text);
    check_round_trip::<Platform>(&text);
    if let Ok(vector) = CvssVector::parse(&text) {
        assert!((0.0..=10.0).contains(&vector.base_score()), "{text} scores {}", vector.base_score());
        assert_eq!(CvssVector::parse(vector.as_str()).as_ref(), Ok(&vector));
    }
    let path = UntrustedPath::from_bytes(bytes);
    assert_eq!(UntrustedPath::normalise(path.as_str()), path, "normalising twice changes a path");
    assert!(path.as_str().split('/').all(|name| name != ".." && name != "."), "{path} leads elsewhere");
}

fn check_round_trip<T: FromStr + Display + Debug + PartialEq>(text: &str) {
    if let Ok(parsed) = text.parse::<T>() {
        let written = parsed.to_string();
        assert!(written.parse::<T>().is_ok_and(|again| again == parsed), "{text:?} is written as {written:?}");
    }
}

/// The first byte chooses the scheme; the versions behind it are separated by line breaks.
fn version_keys(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let scheme = SCHEMES[usize::from(*choice) % SCHEMES.len()];
    let text = String::from_utf8_lossy(rest);
    let versions: Vec<&str> = text.split('\n').take(4).collect();
    let keys: Vec<_> = versions.iter().map(|version| scheme.key(version)).collect();
    for (version, key) in versions.iter().zip(&keys) {
        let mut written = vec![1];
        let outcome = scheme.write_key(version, &mut written);
        match key {
            Ok(key) => assert!(outcome.is_ok() && written[1..] == *key.as_bytes(), "{scheme:?} {version:?}"),
            Err(_) => assert!(outcome.is_err(), "{scheme:?} {version:?}"),
        }
    }
    for (left, left_key) in versions.iter().zip(&keys) {
        for (right, right_key) in versions.iter().zip(&keys) {
            if let (Ok(left_key), Ok(right_key)) = (left_key, right_key)
                && let Some(expected) = orders::compare(scheme, left, right)
            {
                assert_eq!(left_key.cmp(right_key), expected, "{scheme:?} {left:?} against {right:?}");
            }
        }
    }
}
