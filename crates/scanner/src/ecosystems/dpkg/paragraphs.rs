//! Paragraphs of fields (deb822(5)), read one at a time so that a large status file takes little memory.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use crate::wanted_file::ReadFileError;

/// The paragraphs of a stream.
pub(super) struct Paragraphs<R> {
    lines: BufReader<R>,
    text: Vec<u8>,
}

impl<R: Read> Paragraphs<R> {
    /// The longest paragraph that is read; the longest real ones, with thousands of conffiles, have half a megabyte.
    const LONGEST_BYTES: usize = 4 << 20;

    pub(super) fn new(stream: R) -> Paragraphs<R> {
        Paragraphs { lines: BufReader::with_capacity(64 << 10, stream), text: Vec::new() }
    }

    /// The next paragraph; bytes that are not UTF-8 are replaced.
    pub(super) fn next(&mut self) -> Result<Option<Cow<'_, str>>, ReadFileError> {
        self.text.clear();
        loop {
            let start = self.text.len();
            let room = (Self::LONGEST_BYTES + 1).saturating_sub(start) as u64;
            let count = (&mut self.lines).take(room).read_until(b'\n', &mut self.text)?;
            if self.text.len() > Self::LONGEST_BYTES {
                return Err(ReadFileError::malformed(
                    "list of packages",
                    format_args!("a paragraph is longer than {} MiB", Self::LONGEST_BYTES >> 20),
                ));
            }
            let is_blank = self.text[start..].iter().all(u8::is_ascii_whitespace);
            if is_blank {
                self.text.truncate(start);
            }
            if count == 0 || (is_blank && start > 0) {
                break;
            }
        }
        let text = self.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.text);
        Ok((!text.is_empty()).then(|| String::from_utf8_lossy(text)))
    }
}

/// The fields of a paragraph in their order: name, and value with its continuation lines. Lines that are neither field
/// nor continuation are passed over.
pub(super) fn fields(paragraph: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = paragraph;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut end = line_end(rest);
            while rest[end..].starts_with([' ', '\t']) {
                end += line_end(&rest[end..]);
            }
            let (field, after) = rest.split_at(end);
            rest = after;
            if field.starts_with('#') {
                continue;
            }
            if let Some((name, value)) = field.split_once(':')
                && !name.is_empty()
                && !name.contains(char::is_whitespace)
            {
                return Some((name, value.trim()));
            }
        }
        None
    })
}

fn line_end(text: &str) -> usize {
    memchr::memchr(b'\n', text.as_bytes()).map_or(text.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_end_at_blank_lines_and_values_go_on_in_indented_ones() {
        let text = "\n\nA: 1\nB:\n x\n y\nno field\n: none\n# C: 2\r\n \t\nD:3";
        let mut paragraphs = Paragraphs::new(text.as_bytes());
        let mut seen = Vec::new();
        while let Some(paragraph) = paragraphs.next().unwrap() {
            seen.push(fields(&paragraph).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>());
        }
        assert_eq!(seen, [vec!["A=1", "B=x\n y"], vec!["D=3"]]);
    }

    #[test]
    fn an_endless_paragraph_is_refused() {
        let text = "A: 1\n".repeat(1 << 20);
        assert!(Paragraphs::new(text.as_bytes()).next().is_err());
    }
}
