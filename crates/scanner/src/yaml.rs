//! YAML of lock files, read into typed values within bounds on depth, size and aliases.

use serde::de::DeserializeOwned;
use serde_saphyr::options::DuplicateKeyPolicy;

use crate::wanted_file::ReadFileError;

/// Reads one document.
///
/// # Errors
/// When it is no YAML, does not have the shape of `T`, or goes beyond the bounds (an alias bomb).
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ReadFileError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 2_000_000,
            max_depth: 64,
            max_nodes: 1_000_000,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 100_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 10_000,
        },
        with_snippet: false,
        // `y`, `no` and `on` are names and versions like others.
        strict_booleans: true,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| ReadFileError::malformed("YAML", error))
}

/// That a document of which nothing was read is one of its format: it has one of the keys that such documents begin a line
/// with.
pub(crate) fn check_keys(text: &str, keys: &[&str], format: &'static str) -> Result<(), ReadFileError> {
    let has = |key: &&str| text.lines().any(|line| line.strip_prefix(*key).is_some_and(|rest| rest.starts_with(':')));
    if text.trim().is_empty() || keys.iter().any(has) {
        return Ok(());
    }
    Err(ReadFileError::malformed(format, format!("it has none of the keys {}", keys.join(", "))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn scalars_keep_their_spelling_as_text() {
        let read: BTreeMap<String, String> = parse("a: 1.10\nb: '2'\nc: 1e3\nd: true\n").unwrap();
        assert_eq!(read.into_values().collect::<Vec<_>>(), ["1.10", "2", "1e3", "true"]);
    }

    #[test]
    fn bombs_are_refused_in_little_time() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{},", level - 1).repeat(9);
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert!(parse::<BTreeMap<String, serde_json::Value>>(&bomb).is_err());
        assert!(parse::<serde::de::IgnoredAny>(&"[".repeat(100_000)).is_err());
        assert!(parse::<serde_json::Value>(&"- ".repeat(100_000)).is_err());
    }
}
