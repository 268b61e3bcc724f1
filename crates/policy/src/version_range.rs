//! Ranges of versions: comparisons joined by spaces (all must hold), alternatives joined by `||`.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use model::version::{VersionKey, VersionScheme};

/// The longest range, in bytes.
pub(crate) const LONGEST_RANGE_BYTES: usize = 1024;

/// A range of versions, not yet tied to an ecosystem's order.
#[derive(Debug, Clone)]
pub struct VersionRange {
    text: String,
    alternatives: Vec<Vec<(Comparison, String)>>,
    /// The range in the order of the first scheme that it was asked for, which is most often the only one.
    compiled: OnceLock<(VersionScheme, Option<CompiledRange>)>,
}

impl PartialEq for VersionRange {
    fn eq(&self, other: &VersionRange) -> bool {
        self.text == other.text
    }
}

impl Eq for VersionRange {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    /// `=1.5-*`: this version with any release of a distribution.
    AnyRelease,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// The error of reading a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{part}` is no comparison; write `<1.2.3`, `<=1.2`, `=1.2`, `!=1.2`, `>=1.0` or `>1.0`, several with spaces between"
)]
pub struct InvalidRange {
    /// What was read.
    pub part: String,
}

/// A range in the order of one scheme.
#[derive(Debug, Clone)]
pub(crate) struct CompiledRange {
    alternatives: Vec<Vec<(Comparison, VersionKey)>>,
}

impl VersionRange {
    /// The range as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The range in the order of a scheme; `None` where one of its versions is none of that scheme.
    pub(crate) fn compile(&self, scheme: VersionScheme) -> Option<CompiledRange> {
        let compile = |parts: &Vec<(Comparison, String)>| -> Option<Vec<_>> {
            let bounds = parts.iter().map(|(comparison, version)| bounds(*comparison, version, scheme));
            Some(bounds.collect::<Option<Vec<_>>>()?.concat())
        };
        Some(CompiledRange { alternatives: self.alternatives.iter().map(compile).collect::<Option<_>>()? })
    }

    /// Whether the range takes in a version. What is no version of its scheme, here or there, is taken in: nobody can
    /// tell that it is not.
    pub fn contains(&self, version: &str, scheme: VersionScheme) -> bool {
        self.contains_key(scheme.key(version).ok().as_ref(), scheme, true)
    }

    /// The same of a version in the order of its scheme; `None` is one that is none. Where nobody can tell, `otherwise` is
    /// the answer: what denies takes it in, what excuses does not.
    pub(crate) fn contains_key(&self, version: Option<&VersionKey>, scheme: VersionScheme, otherwise: bool) -> bool {
        let Some(version) = version else { return otherwise };
        let holds = |range: &Option<CompiledRange>| range.as_ref().map_or(otherwise, |range| range.contains(version));
        match self.compiled.get_or_init(|| (scheme, self.compile(scheme))) {
            (known, range) if *known == scheme => holds(range),
            _ => holds(&self.compile(scheme)),
        }
    }
}

/// A comparison in the order of a scheme; `None` where its version is none there.
fn bounds(comparison: Comparison, version: &str, scheme: VersionScheme) -> Option<Vec<(Comparison, VersionKey)>> {
    let key = scheme.key(version).ok()?;
    if comparison != Comparison::AnyRelease {
        return Some(vec![(comparison, key)]);
    }
    let greatest = match scheme {
        VersionScheme::Apk => format!("{version}-r{GREATEST_RELEASE}"),
        VersionScheme::Deb | VersionScheme::Rpm => format!("{version}-{GREATEST_RELEASE}"),
        // Nobody but distributions releases a version several times.
        _ => return Some(vec![(Comparison::Equal, key)]),
    };
    Some(vec![(Comparison::GreaterOrEqual, key), (Comparison::LessOrEqual, scheme.key(&greatest).ok()?)])
}

/// No distribution releases a version so often; some write the day as `20240131235959`.
const GREATEST_RELEASE: u64 = 999_999_999_999_999;

impl CompiledRange {
    /// Whether no version is in it: each alternative has bounds that exclude one another.
    pub(crate) fn is_empty(&self) -> bool {
        self.alternatives.iter().all(|parts| parts.iter().any(|lower| parts.iter().any(|upper| excludes(lower, upper))))
    }

    pub(crate) fn contains(&self, version: &VersionKey) -> bool {
        let holds = |(comparison, bound): &(Comparison, VersionKey)| match comparison {
            Comparison::Less => version < bound,
            Comparison::LessOrEqual => version <= bound,
            Comparison::Equal | Comparison::AnyRelease => version == bound,
            Comparison::NotEqual => version != bound,
            Comparison::GreaterOrEqual => version >= bound,
            Comparison::Greater => version > bound,
        };
        self.alternatives.iter().any(|parts| parts.iter().all(holds))
    }
}

/// Whether no version meets two comparisons, the first of which bounds it from below.
fn excludes(lower: &(Comparison, VersionKey), upper: &(Comparison, VersionKey)) -> bool {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let ((lower_sign, low), (upper_sign, high)) = (lower, upper);
    match (lower_sign, upper_sign) {
        (Equal | GreaterOrEqual, Equal | LessOrEqual) => low > high,
        (Equal | GreaterOrEqual | Greater, Less) | (Greater, Equal | LessOrEqual) => low >= high,
        (Equal, NotEqual) => low == high,
        _ => false,
    }
}

impl FromStr for VersionRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<VersionRange, InvalidRange> {
        let invalid = |part: &str| InvalidRange { part: part.chars().take(80).collect() };
        if text.len() > LONGEST_RANGE_BYTES {
            return Err(invalid(text));
        }
        let mut alternatives = Vec::new();
        for alternative in text.split("||") {
            let mut parts = Vec::new();
            let mut words = alternative.split([' ', ',', '\t']).filter(|word| !word.is_empty());
            while let Some(word) = words.next() {
                let (comparison, rest) = comparison(word).unwrap_or((Comparison::Equal, word));
                let version = if rest.is_empty() { words.next().unwrap_or_default() } else { rest };
                let (comparison, version) = match version.strip_suffix("-*") {
                    Some(version) if comparison == Comparison::Equal => (Comparison::AnyRelease, version),
                    _ => (comparison, version),
                };
                // Intervals and patterns of others: `[1.0,2.0)`, `~1.2`, `1.*`.
                let is_foreign = version.starts_with(['<', '>', '=', '!', '~', '^', '[', '('])
                    || version.ends_with([']', ')'])
                    || version.contains('*');
                // A word alone, as in `<1.0 legacy`, would be compared with, and in some orders lies beyond all versions.
                let is_word = !version.is_ascii() || !version.bytes().any(|byte| byte.is_ascii_digit());
                if version.is_empty() || is_foreign || is_word {
                    return Err(invalid(word));
                }
                parts.push((comparison, version.to_owned()));
            }
            if parts.is_empty() {
                return Err(invalid(alternative));
            }
            alternatives.push(parts);
        }
        Ok(VersionRange { text: text.trim().to_owned(), alternatives, compiled: OnceLock::new() })
    }
}

fn comparison(word: &str) -> Option<(Comparison, &str)> {
    let operators = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("!=", Comparison::NotEqual),
        ("==", Comparison::Equal),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ];
    operators.iter().find_map(|(sign, comparison)| Some((*comparison, word.strip_prefix(sign)?)))
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_the_order_of_the_ecosystem() {
        let contains =
            |range: &str, version: &str, scheme| range.parse::<VersionRange>().unwrap().contains(version, scheme);
        assert!(contains("<1.2.3", "1.2.3~rc1", VersionScheme::Deb));
        assert!(!contains("<1.2.3", "1:1.0", VersionScheme::Deb));
        assert!(contains(">=1.0 <2.0 || =3", "3", VersionScheme::Semver));
        assert!(contains(">= 1.0, < 2.0", "1.9.9", VersionScheme::Semver));
        assert!(!contains("2.17.1", "2.17.0", VersionScheme::Maven));
        assert!(contains("!=2.17.1", "2.17.0", VersionScheme::Maven));
        assert!(contains("<1", "not a version", VersionScheme::Semver));
    }

    #[test]
    fn a_version_with_any_release_of_it() {
        let range: VersionRange = "=1.36.1-*".parse().unwrap();
        for (scheme, version, is_meant) in [
            (VersionScheme::Apk, "1.36.1-r19", true),
            (VersionScheme::Apk, "1.36.1", true),
            (VersionScheme::Deb, "1.36.1-2+deb12u1", true),
            (VersionScheme::Rpm, "1.36.1-4.el9", true),
            (VersionScheme::Semver, "1.36.1", true),
            (VersionScheme::Apk, "1.36.2-r0", false),
            (VersionScheme::Deb, "1.36.10-1", false),
            (VersionScheme::Deb, "1:1.36.1-1", false),
            (VersionScheme::Rpm, "1.36-1", false),
            (VersionScheme::Rpm, "1.36.1.1-1", false),
            (VersionScheme::Semver, "1.36.1-1", false),
        ] {
            assert_eq!(range.contains(version, scheme), is_meant, "{version}");
        }
    }

    #[test]
    fn what_is_no_range_is_told() {
        for text in [
            "",
            "<",
            "~1.2",
            "^1",
            ">= || 2",
            "< >1",
            "[1.0,2.0)",
            "(,1]",
            "*",
            "1.*",
            ">=1-*",
            "latest",
            "<1.0 legacy",
            "<日本",
            "<1２",
        ] {
            assert!(text.parse::<VersionRange>().is_err(), "{text}");
        }
    }
}
