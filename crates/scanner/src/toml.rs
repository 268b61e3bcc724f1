//! TOML of lock files, read into typed values within a bound on what a document may hold.

use serde::Deserialize;

use crate::wanted_file::ReadFileError;

/// How many signs that begin or part values a document may have. Each costs the parser some hundred bytes; the largest
/// real lock files have some hundred thousand.
const MOST_SIGNS: usize = 1_000_000;

/// Reads a document into fields that may borrow from it.
///
/// # Errors
/// When it is no TOML, does not have the shape of `T`, or holds more values than any real one.
pub(crate) fn parse<'a, T: Deserialize<'a>>(format: &'static str, text: &'a str) -> Result<T, ReadFileError> {
    if text.bytes().filter(|byte| matches!(byte, b',' | b'=' | b'[' | b'{')).nth(MOST_SIGNS).is_some() {
        return Err(ReadFileError::malformed(format, format!("it has more than {MOST_SIGNS} values")));
    }
    ::toml::from_str(text).map_err(|error: ::toml::de::Error| {
        // The error's own text quotes the line over several lines; one sentence is enough for a gap.
        let before = error.span().map(|span| &text.as_bytes()[..span.start.min(text.len())]);
        match before.map(|before| 1 + memchr::memchr_iter(b'\n', before).count()) {
            Some(line) => ReadFileError::malformed(format, format!("{} in line {line}", error.message())),
            None => ReadFileError::malformed(format, error.message()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_countless_values_is_refused_unread() {
        let bomb = format!("a = [{}]", "1,".repeat(MOST_SIGNS));
        let refused = parse::<serde_json::Value>("lock file", &bomb).unwrap_err();
        assert_eq!(refused.to_string(), "it is no valid lock file: it has more than 1000000 values");
        assert!(parse::<serde_json::Value>("lock file", "a = [1, 2]").is_ok());
    }
}
