//! `setup.py` and `setup.cfg` of setuptools: whether they ask for packages at all (setuptools, Keywords and Declarative
//! Config). Versions stand elsewhere, and the program is not run.

use super::requirement::Requirement;

/// The arguments and keys that ask for packages.
const KEYS: [&str; 3] = ["install_requires", "extras_require", "tests_require"];

/// Whether a `setup.py` asks for packages; what it computes counts as some.
pub(super) fn program_asks(text: &str) -> bool {
    KEYS.iter().any(|key| {
        text.match_indices(key).any(|(at, _)| {
            let before = text[..at].rsplit('\n').next().unwrap_or_default();
            !before.contains('#') && has_value(&text[at + key.len()..])
        })
    })
}

/// Whether what follows a key gives it something other than an empty list.
fn has_value(rest: &str) -> bool {
    let Some(value) = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(['=', ':']) else { return false };
    let value = value.trim_start();
    match value.strip_prefix(['[', '{', '(']) {
        Some(inside) => !inside.trim_start().starts_with([']', '}', ')']),
        None => !value.starts_with("None"),
    }
}

/// Whether a `setup.cfg` asks for packages that are no parts of the repository.
pub(super) fn configuration_asks(text: &str) -> bool {
    let mut section = "";
    let mut is_asked = false;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with(char::is_whitespace) {
            if is_asked && !is_part_of_repository(content) {
                return true;
            }
        } else if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            (section, is_asked) = (name, false);
        } else if let Some((key, value)) = content.split_once('=') {
            is_asked = section == "options" && KEYS.contains(&key.trim()) || section == "options.extras_require";
            if is_asked && !value.trim().is_empty() && !is_part_of_repository(value) {
                return true;
            }
        }
    }
    false
}

/// Whether one line of requirements is a folder of the repository.
fn is_part_of_repository(line: &str) -> bool {
    Requirement::parse(line).is_some_and(|requirement| requirement.is_part_of_repository())
}
