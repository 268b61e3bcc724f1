//! Version ranges as package URLs have them: `vers:npm/>=1.0|<2.0` (package-url, VERSION-RANGE-SPEC).

use model::version::{VersionKey, VersionScheme};

/// The longest range, in bytes.
const LONGEST_VERS_BYTES: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A range in the order of one scheme.
#[derive(Debug, Clone)]
pub(crate) enum Vers {
    /// `*`: every version.
    All,
    /// Constraints in the order of their versions.
    Some {
        /// All of them.
        constraints: Vec<(VersionKey, Comparator)>,
        /// Those that are the end of something.
        bounds: Vec<(VersionKey, Comparator)>,
    },
}

impl Vers {
    /// Reads a range. `None` where it is no such range, or has a version that is none of the scheme: then nobody can
    /// tell what it takes in.
    pub(crate) fn parse(range: &str, scheme: VersionScheme) -> Option<Vers> {
        if range.len() > LONGEST_VERS_BYTES {
            return None;
        }
        let (_, constraints) = range.strip_prefix("vers:")?.split_once('/')?;
        if constraints.trim() == "*" {
            return Some(Vers::All);
        }
        let mut parts = Vec::new();
        for constraint in constraints.split('|').map(str::trim).filter(|constraint| !constraint.is_empty()) {
            let (comparator, text) = comparator(constraint);
            parts.push((scheme.key(&decoded(text.trim())).ok()?, comparator));
        }
        if parts.is_empty() {
            return None;
        }
        parts.sort_by(|(one, _), (other, _)| one.cmp(other));
        let is_bound =
            |(_, comparator): &&(_, Comparator)| !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
        Some(Vers::Some { bounds: parts.iter().filter(is_bound).cloned().collect(), constraints: parts })
    }

    /// Whether it takes in a version; `None` is one that is none of the scheme.
    pub(crate) fn contains(&self, version: Option<&VersionKey>) -> bool {
        match (self, version) {
            (Vers::All, _) => true,
            (Vers::Some { .. }, None) => false,
            (Vers::Some { constraints, bounds }, Some(version)) => is_within(constraints, bounds, version),
        }
    }
}

/// The algorithm of the specification (section "Checking if a version is contained within a range"), over constraints in
/// the order of their versions.
fn is_within(parts: &[(VersionKey, Comparator)], bounds: &[(VersionKey, Comparator)], version: &VersionKey) -> bool {
    use Comparator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    for (_, comparator) in parts.iter().filter(|(bound, _)| bound == version) {
        match comparator {
            NotEqual => return false,
            Equal | LessOrEqual | GreaterOrEqual => return true,
            Less | Greater => {}
        }
    }
    let is_lower = |comparator: &Comparator| matches!(comparator, Greater | GreaterOrEqual);
    let (Some((first, first_comparator)), Some((last, last_comparator))) = (bounds.first(), bounds.last()) else {
        // Without bounds everything is in that is not excluded, as long as nothing is named.
        return parts.iter().all(|(_, comparator)| *comparator == NotEqual);
    };
    if !is_lower(first_comparator) && version < first || is_lower(last_comparator) && version > last {
        return true;
    }
    bounds.windows(2).any(|pair| {
        let ((low, low_comparator), (high, high_comparator)) = (&pair[0], &pair[1]);
        is_lower(low_comparator) && !is_lower(high_comparator) && version > low && version < high
    })
}

fn comparator(text: &str) -> (Comparator, &str) {
    let signs = [
        ("<=", Comparator::LessOrEqual),
        (">=", Comparator::GreaterOrEqual),
        ("!=", Comparator::NotEqual),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
        ("=", Comparator::Equal),
    ];
    let known = signs.iter().find_map(|(sign, comparator)| Some((*comparator, text.strip_prefix(sign)?)));
    known.unwrap_or((Comparator::Equal, text))
}

/// Resolves the percent encoding of the separators that a version may have.
fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    for (code, letter) in
        [("%7C", "|"), ("%3E", ">"), ("%3C", "<"), ("%3D", "="), ("%2B", "+"), ("%3A", ":"), ("%25", "%")]
    {
        if text.contains('%') {
            text = text.replace(code, letter).replace(&code.to_ascii_lowercase(), letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_take_in_what_lies_between_their_bounds() {
        let check = |range: &str, version: &str, expected: Option<bool>| {
            let scheme = VersionScheme::Semver;
            let found = Vers::parse(range, scheme).map(|vers| vers.contains(scheme.key(version).ok().as_ref()));
            assert_eq!(found, expected, "{range} {version}");
        };
        check("vers:npm/>=1.0.0|<2.0.0", "1.5.0", Some(true));
        check("vers:npm/>=1.0.0|<2.0.0", "2.0.0", Some(false));
        check("vers:npm/<2.0.0|>=1.0.0", "1.0.0", Some(true));
        check("vers:npm/<1.0.0|>=2.0.0|<=2.5.0|>3.0.0", "0.9.0", Some(true));
        check("vers:npm/<1.0.0|>=2.0.0|<=2.5.0|>3.0.0", "1.5.0", Some(false));
        check("vers:npm/<1.0.0|>=2.0.0|<=2.5.0|>3.0.0", "2.5.0", Some(true));
        check("vers:npm/<1.0.0|>=2.0.0|<=2.5.0|>3.0.0", "2.7.0", Some(false));
        check("vers:npm/<1.0.0|>=2.0.0|<=2.5.0|>3.0.0", "9.0.0", Some(true));
        check("vers:npm/1.0.0|2.0.0", "2.0.0", Some(true));
        check("vers:npm/1.0.0|2.0.0", "1.5.0", Some(false));
        check("vers:npm/>=1.0.0|!=1.5.0|<2.0.0", "1.5.0", Some(false));
        check("vers:npm/!=1.5.0", "1.5.0", Some(false));
        check("vers:npm/!=1.5.0", "1.6.0", Some(true));
        check("vers:npm/*", "1.5.0", Some(true));
        check("<2.0.0", "1.5.0", None);
        check("vers:npm/", "1.5.0", None);
        check("vers:npm/>=a b", "1.5.0", None);
    }
}
