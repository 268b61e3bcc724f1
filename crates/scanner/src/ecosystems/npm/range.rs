//! Ranges of versions in a `package.json` that a member of the same workspace may meet (docs.npmjs.com, semver, Ranges).

/// A range of which it is certain whether it takes a version.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Range<'r> {
    Any,
    Exactly(&'r str),
    /// From the first on, and below the second where there is one.
    Within(Lowest<'r>, Option<[u64; 3]>),
}

/// The lowest version of a range.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lowest<'r> {
    numbers: [u64; 3],
    /// The version itself, where it is a prerelease of the one with these numbers.
    prerelease: Option<&'r str>,
}

impl<'r> Lowest<'r> {
    fn parse(version: &'r str) -> Option<Lowest<'r>> {
        let Some((release, behind)) = version.split_once('-') else {
            return Some(Lowest { numbers: numbers(version)?, prerelease: None });
        };
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let is_prerelease = !behind.is_empty() && behind.bytes().all(is_sign);
        let numbers = numbers(release)?;
        is_prerelease.then_some(Lowest { numbers, prerelease: Some(version) })
    }
}

impl<'r> Range<'r> {
    /// Reads `*`, `1.2.3`, `^1.2.3`, `~1.2.3` and `>=1.2.3`, also with a prerelease; `None` for everything else.
    pub(super) fn parse(text: &'r str) -> Option<Range<'r>> {
        let text = text.trim();
        if matches!(text, "" | "*" | "x" | "X") {
            return Some(Range::Any);
        }
        if let Some(least) = text.strip_prefix('^') {
            let least = Lowest::parse(least)?;
            let below = match least.numbers {
                [0, 0, patch] => [0, 0, patch.checked_add(1)?],
                [0, minor, _] => [0, minor.checked_add(1)?, 0],
                [major, _, _] => [major.checked_add(1)?, 0, 0],
            };
            return Some(Range::Within(least, Some(below)));
        }
        if let Some(least) = text.strip_prefix('~') {
            let least = Lowest::parse(least)?;
            let [major, minor, _] = least.numbers;
            return Some(Range::Within(least, Some([major, minor.checked_add(1)?, 0])));
        }
        if let Some(least) = text.strip_prefix(">=") {
            return Some(Range::Within(Lowest::parse(least)?, None));
        }
        let exact = text.strip_prefix('=').unwrap_or(text);
        numbers(exact.split(['-', '+']).next()?)?;
        let is_version = exact.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'));
        is_version.then_some(Range::Exactly(exact))
    }

    /// Whether it takes the version. A prerelease is only taken where it is the exact or the lowest one, and by `*`; of
    /// later ones it is not seen whether they are.
    pub(super) fn takes(&self, version: &str) -> bool {
        match self {
            Range::Any => true,
            Range::Exactly(exact) => *exact == version,
            Range::Within(least, below) => {
                let is_within =
                    |version: [u64; 3]| version >= least.numbers && below.is_none_or(|below| version < below);
                least.prerelease == Some(version) || numbers(version).is_some_and(is_within)
            }
        }
    }
}

/// The three numbers of a version without anything behind them.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut parts = version.split('.').map(|part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u64>().ok().filter(|_| is_number)
    });
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_take_versions_as_npm_does() {
        for (range, version, expected) in [
            ("*", "", true),
            ("", "1.0.0-rc.1", true),
            ("1.2.3", "1.2.3", true),
            ("=1.2.3-rc.1", "1.2.3-rc.1", true),
            ("1.2.3", "1.2.4", false),
            ("^1.2.3", "1.9.0", true),
            ("^1.2.3", "1.2.2", false),
            ("^1.2.3", "2.0.0", false),
            ("^0.2.3", "0.2.9", true),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            (">=1.2.3", "9.0.0", true),
            (">=1.2.3", "1.2.2", false),
            ("^1.0.0", "1.5.0-rc.1", false),
            ("^1.0.0", "", false),
            ("^2.0.0-beta.1", "2.0.0-beta.1", true),
            ("^2.0.0-beta.1", "2.1.0", true),
            ("^2.0.0-beta.2", "2.0.0-beta.1", false),
            ("~2.0.0-beta.1", "2.1.0", false),
            (">=2.0.0-beta.1", "2.0.0-beta.1", true),
        ] {
            assert_eq!(Range::parse(range).unwrap().takes(version), expected, "{range} {version}");
        }
    }

    #[test]
    fn of_other_ranges_nothing_is_certain() {
        for range in [
            "^1",
            "1.x",
            "1.2.3 || 2.0.0",
            "latest",
            "npm:a@1.2.3",
            "git+ssh://h/a.git",
            "o/a",
            "^1.0.0-",
            ">=1.0.0 - 2.0.0",
            "^1.0.0-rc.1 || 2.0.0",
            "^18446744073709551615.0.0",
        ] {
            assert_eq!(Range::parse(range), None, "{range}");
        }
    }
}
