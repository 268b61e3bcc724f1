//! What stands in the place of an installed version and is certainly none: a range, a placeholder, a word, a commit.
//!
//! Most schemes of languages put any text into some order, by which these would be below or among real versions. Only
//! what no package of the registry can be numbered with counts; odd versions that were published do not.

use super::VersionScheme;

/// What Maven (POM reference, LATEST and RELEASE), Gradle (`Project.version`) and generators of bills of materials write where
/// they know no version. Other words are versions: `Hoxton.RELEASE`.
const WORDS_OF_MAVEN: [&str; 6] = ["latest", "release", "undefined", "unknown", "unspecified", "null"];

/// The digits of the hash of a commit.
const COMMIT_DIGITS: usize = 40;

/// Whether the text is certainly no version of a scheme of a language, whatever order that would put it into.
pub(super) fn is_none(text: &str, scheme: VersionScheme) -> bool {
    let Some(&first) = text.as_bytes().first() else { return true };
    let (mut has_digit, mut has_colon) = (false, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => has_digit = true,
            b':' => has_colon = true,
            // Operators of ranges, and braces of templates.
            b'<' | b'>' | b'*' | b'^' | b'|' | b'{' | b'}' => return true,
            _ => {}
        }
    }
    // `~> 5.2`, `!=1`, `[1.0,2.0)`, `(devel)`, `@VERSION@`, `%VERSION%`, `$Revision$`.
    if matches!(first, b'~' | b'!' | b'[' | b'(' | b'@' | b'%' | b'$') {
        return true;
    }
    let is_commit = text.len() == COMMIT_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !text.bytes().all(|byte| byte.is_ascii_digit());
    if is_commit || text.starts_with("git@") || (has_colon && text.contains("://")) {
        return true;
    }
    match scheme {
        VersionScheme::Maven => is_none_of_maven(text),
        // `unknown`, `dev`: the old order of Python would put them below every version.
        VersionScheme::Pypi => !has_digit || first == b'=',
        VersionScheme::Packagist => !has_digit || first == b'=' || is_range_of_numbers(text),
        VersionScheme::Semver | VersionScheme::Nuget | VersionScheme::Pub => is_range_of_numbers(text),
        VersionScheme::Deb
        | VersionScheme::Apk
        | VersionScheme::Rpm
        | VersionScheme::Gem
        | VersionScheme::Hackage
        | VersionScheme::Cran
        | VersionScheme::Generic => false,
    }
}

/// Words, and what Gradle takes any version for: `1.+`, `latest.release`.
fn is_none_of_maven(text: &str) -> bool {
    let is_dynamic = text == "+" || text.ends_with(".+") || text.starts_with("latest.");
    is_dynamic || text.starts_with('=') || WORDS_OF_MAVEN.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `4.x`, `1.0 - 2.0`.
fn is_range_of_numbers(text: &str) -> bool {
    let ends_open = text.ends_with(".x") || text.ends_with(".X");
    ends_open && !text.contains(['-', '+']) || text.contains(" - ")
}
