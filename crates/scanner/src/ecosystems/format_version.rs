//! The version of its format that a lock file states of itself.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::found::Found;

/// A version that is written as a number or as text; empty where none is stated, or something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FormatVersion(String);

impl FormatVersion {
    /// Adds the gap where the version is none up to `newest`, the first number of the newest one that is known. `name` is
    /// what the format calls it.
    pub(super) fn tell_unless_known(&self, name: &str, newest: u64, found: &mut Found) {
        tell_unless_known(&self.0, name, newest, found);
    }
}

/// The same for a version of a file that is read line by line.
pub(super) fn tell_unless_known(version: &str, name: &str, newest: u64, found: &mut Found) {
    let first = version.split('.').next().unwrap_or_default().trim();
    if version.is_empty() || first.parse::<u64>().is_ok_and(|first| first <= newest) {
        return;
    }
    found.gap("", format!("it is of {name} {version}, which is not known; a part of it may not be read"));
}

struct FormatVersionVisitor;

impl<'de> Visitor<'de> for FormatVersionVisitor {
    type Value = FormatVersion;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<FormatVersion, E> {
        Ok(FormatVersion(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<FormatVersion, E> {
        Ok(FormatVersion(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<FormatVersion, E> {
        Ok(FormatVersion(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<FormatVersion, E> {
        Ok(FormatVersion(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<FormatVersion, E> {
        Ok(FormatVersion::default())
    }

    fn visit_unit<E>(self) -> Result<FormatVersion, E> {
        Ok(FormatVersion::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FormatVersion, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(FormatVersion::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FormatVersion, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(FormatVersion::default())
    }
}

impl<'de> Deserialize<'de> for FormatVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FormatVersion, D::Error> {
        deserializer.deserialize_any(FormatVersionVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::Ecosystem;
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::{dotnet::Dotnet, julia::Julia, npm::Npm, python::Python, rust::Rust, swift::Swift};

    /// What stands before the version and behind it, versions that are known (with "" in place of the whole statement), and
    /// one that is not, as it is written and as the gap calls it.
    type Case<'a> = (&'a dyn Ecosystem, &'a str, [&'a str; 2], &'a [&'a str], (&'a str, &'a str), &'a str);

    const CASES: &[Case<'static>] = &[
        (
            &Python,
            "uv.lock",
            ["version = ", "\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"],
            &["1"],
            ("2", "version 2"),
            "pypi a 1.0.0",
        ),
        (
            &Rust,
            "Cargo.lock",
            ["version = ", "\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n"],
            &["3", "4"],
            ("5", "version 5"),
            "cargo a 1.0.0",
        ),
        (
            &Npm,
            "bun.lock",
            ["{\"lockfileVersion\": ", ", \"packages\": {\"a\": [\"a@1.0.0\", \"\", {}, \"sha512-x\"],}}"],
            &["0", "1"],
            ("9", "lockfileVersion 9"),
            "npm a 1.0.0",
        ),
        (
            &Npm,
            "yarn.lock",
            [
                "__metadata:\n  version: ",
                "\n  cacheKey: 10\n\n\"a@npm:^1.0.0\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n",
            ],
            &["4", "6", "8", "9"],
            ("99", "__metadata version 99"),
            "npm a 1.0.0",
        ),
        (
            &Python,
            "pylock.toml",
            ["lock-version = ", "\n[[packages]]\nname = \"a\"\nversion = \"1.0.0\"\n"],
            &["\"1.0\"", "\"1.9\""],
            ("\"2.0\"", "lock-version 2.0"),
            "pypi a 1.0.0",
        ),
        (
            &Swift,
            "Package.resolved",
            [
                "{\"pins\":[{\"identity\":\"a\",\"location\":\"https://github.com/x/a.git\",\"state\":{\"version\":\"1.0.0\"}}],\"version\":",
                "}",
            ],
            &["2", "3"],
            ("9", "version 9"),
            "swift github.com/x/a 1.0.0",
        ),
        (
            &Dotnet,
            "packages.lock.json",
            [
                "{\"version\":",
                ",\"dependencies\":{\"net8.0\":{\"A\":{\"type\":\"Transitive\",\"resolved\":\"1.0.0\"}}}}",
            ],
            &["1", "2", "3"],
            ("7", "version 7"),
            "nuget A 1.0.0 indirect",
        ),
        (
            &Julia,
            "Manifest.toml",
            ["manifest_format = ", "\n[[deps.A]]\nuuid = \"a\"\nversion = \"1.0.0\"\n"],
            &["\"2.0\"", "\"2.1\""],
            ("\"9.0\"", "manifest_format 9.0"),
            "julia A 1.0.0 uuid=a",
        ),
        (
            &Python,
            "pdm.lock",
            ["[metadata]\nlock_version = ", "\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"],
            &["\"2\"", "\"3.1\"", "\"4.5.0\""],
            ("\"9.0\"", "lock_version 9.0"),
            "pypi a 1.0.0",
        ),
        (
            &Python,
            "Pipfile.lock",
            ["{\"_meta\":{\"pipfile-spec\":", "},\"default\":{\"a\":{\"version\":\"==1.0.0\"}}}"],
            &["6"],
            ("99", "pipfile-spec 99"),
            "pypi a 1.0.0",
        ),
    ];

    #[test]
    fn a_version_that_is_not_known_is_a_gap_and_what_can_be_read_is() {
        for (ecosystem, name, [before, behind], known, (unknown, called), expected) in CASES {
            let gaps = |version: &str| -> Vec<String> {
                let found = read(*ecosystem, name, format!("{before}{version}{behind}").as_bytes());
                assert_eq!(listing(&found), *expected, "{name} {version}");
                found.gaps.into_iter().map(|gap| gap.reason).collect()
            };
            for &version in *known {
                assert!(gaps(version).is_empty(), "{name} {version}");
            }
            let gap = format!("it is of {called}, which is not known; a part of it may not be read");
            assert_eq!(gaps(unknown), [gap], "{name}");
        }
    }

    #[test]
    fn what_states_no_version_or_one_of_another_kind_is_no_gap() {
        for json in ["null", "true", "[1, 2]", "{\"a\": {}}", "\"\"", "0", "1", "1.5", "\"1.x\""] {
            let mut found = Found::default();
            let version: FormatVersion = serde_json::from_str(json).unwrap();
            version.tell_unless_known("version", 1, &mut found);
            assert!(found.gaps.is_empty(), "{json}");
        }
        for json in ["2", "2.5", "-1", "\"2\"", "\"v1\"", "99999999999999999999"] {
            let mut found = Found::default();
            let version: FormatVersion = serde_json::from_str(json).unwrap();
            version.tell_unless_known("version", 1, &mut found);
            assert_eq!(found.gaps.len(), 1, "{json}");
        }
    }
}
