//! Why a signature is not verified.

use std::collections::BTreeMap;

use model::SignatureProblem;

/// Why a signature does not hold. Its code has a sentence in the catalogs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No key and no root was given.
    NoTrust,
    /// None of the given keys made it, or what it signs was changed.
    Key,
    /// It is made with a certificate, and no root was given.
    NoRoots,
    /// Its certificate is not the one that made it, or what it signs was changed.
    Changed,
    /// Its certificate leads to none of the given roots.
    Untrusted,
    /// Its certificate may not sign, or is broken.
    Certificate,
    /// Its certificate was not valid at the time.
    Expired { from: i64, until: i64, at: i64, is_proven: bool },
    /// Logs are trusted, and it is in none of them.
    NotLogged,
    /// What is to prove that it is in the log does not hold.
    Log,
    /// Logs of certificates are trusted, and its certificate is in none of them.
    NotTransparent,
    /// Somebody else signed than was asked for.
    Identity(String),
    /// Somebody else says who signed than was asked for.
    Issuer(String),
    /// It signs another image.
    OtherImage(String),
    /// It signs no image at all: it names no digest that one could have.
    NoImage,
    /// It cannot be read; the report has a gap that says why.
    Malformed,
    /// The signature itself says that it no longer counts.
    Lapsed { at: i64 },
    /// It can be verified with a plug-in only.
    Plugin,
    /// It signs statements on the image, and not the image itself.
    StatementsOnly,
}

impl Problem {
    /// The code under which the catalogs have a sentence.
    fn code(&self) -> &'static str {
        match self {
            Problem::NoTrust => "signature.no_trust",
            Problem::Key => "signature.key",
            Problem::NoRoots => "signature.no_roots",
            Problem::Changed => "signature.changed",
            Problem::Untrusted => "signature.untrusted",
            Problem::Certificate => "signature.certificate",
            Problem::Expired { is_proven: true, .. } => "signature.expired",
            Problem::Expired { is_proven: false, .. } => "signature.expired_now",
            Problem::NotLogged => "signature.not_logged",
            Problem::Log => "signature.log",
            Problem::NotTransparent => "signature.not_transparent",
            Problem::Identity(_) => "signature.identity",
            Problem::Issuer(_) => "signature.issuer",
            Problem::OtherImage(_) => "signature.other_image",
            Problem::NoImage => "signature.no_image",
            Problem::Malformed => "signature.malformed",
            Problem::Lapsed { .. } => "signature.lapsed",
            Problem::Plugin => "signature.plugin",
            Problem::StatementsOnly => "signature.statements_only",
        }
    }

    fn parameters(&self) -> BTreeMap<String, String> {
        let one = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        match self {
            Problem::Expired { from, until, at, .. } => [("from", from), ("until", until), ("at", at)]
                .into_iter()
                .map(|(name, seconds)| (name.to_owned(), in_words(*seconds)))
                .collect(),
            Problem::Lapsed { at } => one("at", &in_words(*at)),
            Problem::Identity(identity) => one("identity", identity),
            Problem::Issuer(issuer) => one("issuer", issuer),
            Problem::OtherImage(digest) => one("digest", digest),
            Problem::NoTrust
            | Problem::Key
            | Problem::NoRoots
            | Problem::Changed
            | Problem::Untrusted
            | Problem::Certificate
            | Problem::NotLogged
            | Problem::Log
            | Problem::NotTransparent
            | Problem::NoImage
            | Problem::Malformed
            | Problem::Plugin
            | Problem::StatementsOnly => BTreeMap::new(),
        }
    }
}

impl From<&Problem> for SignatureProblem {
    fn from(problem: &Problem) -> SignatureProblem {
        SignatureProblem { code: problem.code().to_owned(), parameters: problem.parameters() }
    }
}

/// A time as RFC 3339 writes it, from seconds since 1970.
fn in_words(seconds: i64) -> String {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_sentence_in_both_languages_with_its_parameters() {
        let all = [
            Problem::NoTrust,
            Problem::Key,
            Problem::NoRoots,
            Problem::Changed,
            Problem::Untrusted,
            Problem::Certificate,
            Problem::Expired { from: 0, until: 1, at: 2, is_proven: true },
            Problem::Expired { from: 0, until: 1, at: 2, is_proven: false },
            Problem::NotLogged,
            Problem::Log,
            Problem::Identity("a".to_owned()),
            Problem::Issuer("a".to_owned()),
            Problem::OtherImage("a".to_owned()),
            Problem::NotTransparent,
            Problem::NoImage,
            Problem::Malformed,
            Problem::Lapsed { at: 0 },
            Problem::Plugin,
            Problem::StatementsOnly,
        ];
        let catalogs =
            [include_str!("../../../content/messages/en.json"), include_str!("../../../content/messages/ja.json")];
        for catalog in catalogs {
            let catalog: BTreeMap<String, String> = serde_json::from_str(catalog).unwrap();
            for problem in &all {
                let sentence = &catalog[problem.code()];
                for name in problem.parameters().keys() {
                    assert!(sentence.contains(&format!("{{{name}}}")), "{name} is not in {sentence}");
                }
            }
            let known = catalog.keys().filter(|code| code.starts_with("signature.")).count();
            assert_eq!(known, all.len(), "a code of the catalogs is never said");
        }
    }

    #[test]
    fn times_are_written_as_rfc_3339_does() {
        assert_eq!(in_words(1_700_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(in_words(i64::MAX), i64::MAX.to_string());
    }
}
