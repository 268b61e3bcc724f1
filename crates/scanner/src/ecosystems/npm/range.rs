//! Ranges of versions in a `package.json` that a member of the same workspace may meet (docs.npmjs.com, semver, Ranges).

/// A range of which it is certain whether it takes a version.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Range<'r> {
    Any,
    Exactly(&'r str),
    /// From the first on, and below the second where there is one.
    Within([u64; 3], Option<[u64; 3]>),
}

impl<'r> Range<'r> {
    /// Reads `*`, `1.2.3`, `^1.2.3`, `~1.2.3` and `>=1.2.3`; `None` for everything else.
    pub(super) fn parse(text: &'r str) -> Option<Range<'r>> {
        let text = text.trim();
        if matches!(text, "" | "*" | "x" | "X") {
            return Some(Range::Any);
        }
        if let Some(least) = text.strip_prefix('^') {
            let least = numbers(least)?;
            let below = match least {
                [0, 0, patch] => [0, 0, patch.checked_add(1)?],
                [0, minor, _] => [0, minor.checked_add(1)?, 0],
                [major, _, _] => [major.checked_add(1)?, 0, 0],
            };
            return Some(Range::Within(least, Some(below)));
        }
        if let Some(least) = text.strip_prefix('~') {
            let least @ [major, minor, _] = numbers(least)?;
            return Some(Range::Within(least, Some([major, minor.checked_add(1)?, 0])));
        }
        if let Some(least) = text.strip_prefix(">=") {
            return Some(Range::Within(numbers(least)?, None));
        }
        let exact = text.strip_prefix('=').unwrap_or(text);
        numbers(exact.split(['-', '+']).next()?)?;
        let is_version = exact.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'));
        is_version.then_some(Range::Exactly(exact))
    }

    /// Whether it takes the version; one with a prerelease is only met by its own name, or by `*`.
    pub(super) fn takes(&self, version: &str) -> bool {
        match self {
            Range::Any => true,
            Range::Exactly(exact) => *exact == version,
            Range::Within(least, below) => {
                numbers(version).is_some_and(|version| version >= *least && below.is_none_or(|below| version < below))
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
            "^18446744073709551615.0.0",
        ] {
            assert_eq!(Range::parse(range), None, "{range}");
        }
    }
}
