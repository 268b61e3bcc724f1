//! Semantic versions, and constraints on them as Helm's library reads them.

use gotmpl::{Result, Value};

use super::super::functions::{refuse, string, text};
use super::super::value::map;
use super::Functions;

pub(super) const FUNCTIONS: Functions = &[
    ("semverCompare", |a| satisfies(&text(a, 0)?, &text(a, 1)?).map(Value::Bool)),
    ("semver", |a| {
        let whole = text(a, 0)?;
        let (rest, metadata) =
            whole.trim_start_matches('v').split_once('+').unwrap_or((whole.trim_start_matches('v'), ""));
        let (numbers, prerelease) = rest.split_once('-').unwrap_or((rest, ""));
        let Version { numbers, .. } = Version::of(numbers);
        let number = |at: usize| Value::Int(i64::try_from(numbers[at]).unwrap_or(i64::MAX));
        Ok(map([
            ("Major", number(0)),
            ("Minor", number(1)),
            ("Patch", number(2)),
            ("Prerelease", string(prerelease)),
            ("Metadata", string(metadata)),
            ("Original", string(&whole)),
        ]))
    }),
];

/// The numbers of a version, and how many of them are said: of `1.2`, `1.2.x` and `1.2.*` two.
struct Version {
    numbers: [u64; 3],
    said: usize,
}

impl Version {
    fn of(text: &str) -> Version {
        let text = text.trim().trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
        let mut version = Version { numbers: [0; 3], said: 0 };
        for part in text.split('.').take(3) {
            let Ok(number) = part.parse() else { break };
            version.numbers[version.said] = number;
            version.said += 1;
        }
        version
    }
}

/// Whether a version fits constraints: `>=1.19-0`, `<1.22`, `^1.2`, `~1.2`, `1.x`, `1.2 - 1.4`; blanks and commas between
/// them mean that all hold, `||` that one does.
fn satisfies(constraint: &str, version: &str) -> Result<bool> {
    if constraint.contains("||") {
        return constraint.split("||").try_fold(false, |any, part| Ok(any || satisfies(part, version)?));
    }
    if let Some((from, to)) = constraint.split_once(" - ") {
        return Ok(satisfies(&format!(">={from}"), version)? && satisfies(&format!("<={to}"), version)?);
    }
    let version = Version::of(version).numbers;
    let spaced = constraint.replace(',', " ");
    let mut words = spaced.split_whitespace();
    let mut holds = true;
    while let Some(word) = words.next() {
        let operator = &word[..word.len() - word.trim_start_matches(['<', '>', '=', '!', '^', '~']).len()];
        let rest = &word[operator.len()..];
        let rest = if rest.is_empty() { words.next().unwrap_or_default() } else { rest };
        let Version { numbers, said } = Version::of(rest);
        let (head, wanted) = (&version[..said], &numbers[..said]);
        // What a caret leaves as it is: the numbers up to the first that is not zero.
        let fixed = numbers.iter().take(said).position(|number| *number > 0).map_or(said, |at| at + 1);
        holds &= match operator {
            ">=" | "=>" => version >= numbers,
            "<=" | "=<" => head <= wanted,
            ">" => head > wanted,
            "<" => version < numbers,
            "!=" => head != wanted,
            "^" => version >= numbers && version[..fixed] == numbers[..fixed],
            "~" | "~>" => version >= numbers && version[..said.min(2)] == numbers[..said.min(2)],
            "" | "=" | "==" => head == wanted,
            _ => return refuse("the constraint is not understood"),
        };
    }
    Ok(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_read_as_helm_does() {
        for (constraint, version, expected) in [
            (">=1.19-0", "v1.31.0", true),
            (">=1.19-0 <1.22-0", "1.21.4", true),
            (">=1.19-0, <1.22-0", "1.22.0", false),
            ("^1.2", "1.9.0", true),
            ("^0.2.3", "0.3.0", false),
            ("^0", "0.9.0", true),
            ("~1", "1.9.0", true),
            ("~1.2.3", "1.3.0", false),
            ("1.2.x", "1.2.9", true),
            ("1.x", "2.0.0", false),
            ("*", "3.1.4", true),
            (">1.2", "1.2.9", false),
            ("<=1.2", "1.2.9", true),
            ("1.2 - 1.4", "1.4.7", true),
            ("<1.2 || >=2", "2.0.1", true),
            ("!=1.2.3", "1.2.3", false),
        ] {
            assert_eq!(satisfies(constraint, version).unwrap(), expected, "{constraint} {version}");
        }
        assert!(satisfies("<>1", "1.0.0").is_err());
    }
}
