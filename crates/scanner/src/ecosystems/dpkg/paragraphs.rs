//! Paragraphs of fields (deb822(5)), read one at a time so that a large status file takes little memory.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use crate::wanted_file::ReadFileError;

/// The paragraphs of a stream.
pub(super) struct Paragraphs<R> {
    lines: BufReader<R>,
    text: Vec<u8>,
    /// How many lines were read.
    line_count: usize,
}

/// One paragraph. Bytes that are not UTF-8 are replaced.
pub(super) struct Paragraph<'a> {
    /// The number of its first line, from 1.
    pub(super) line: usize,
    pub(super) text: Cow<'a, str>,
}

impl<R: Read> Paragraphs<R> {
    /// The longest paragraph that is read; the longest real ones, with thousands of conffiles, have half a megabyte.
    const LONGEST_BYTES: usize = 4 << 20;

    pub(super) fn new(stream: R) -> Paragraphs<R> {
        Paragraphs { lines: BufReader::with_capacity(64 << 10, stream), text: Vec::new(), line_count: 0 }
    }

    /// The next paragraph.
    pub(super) fn next(&mut self) -> Result<Option<Paragraph<'_>>, ReadFileError> {
        self.text.clear();
        let mut line = 0;
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
            self.line_count += 1;
            if start == 0 {
                line = self.line_count;
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
        Ok((!text.is_empty()).then(|| Paragraph { line, text: String::from_utf8_lossy(text) }))
    }
}

/// One statement of a paragraph, with the lines that continue it.
pub(super) struct Statement<'a> {
    /// Where it begins in the paragraph, in bytes.
    pub(super) at: usize,
    pub(super) text: &'a str,
    /// Name and value, where it is a field.
    pub(super) field: Option<(&'a str, &'a str)>,
}

/// The statements of a paragraph in their order, comments left out.
pub(super) struct Statements<'a> {
    paragraph: &'a str,
    at: usize,
}

impl<'a> Statements<'a> {
    pub(super) fn of(paragraph: &'a str) -> Statements<'a> {
        Statements { paragraph, at: 0 }
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Statement<'a>;

    fn next(&mut self) -> Option<Statement<'a>> {
        loop {
            let (at, rest) = (self.at, &self.paragraph[self.at..]);
            if rest.is_empty() {
                return None;
            }
            let mut end = line_end(rest);
            while rest[end..].starts_with([' ', '\t']) {
                end += line_end(&rest[end..]);
            }
            self.at += end;
            let text = &rest[..end];
            if !text.starts_with('#') {
                return Some(Statement { at, text, field: field(text) });
            }
        }
    }
}

/// The fields of a paragraph in their order: name, and value with its continuation lines. Lines that are neither field
/// nor continuation are passed over.
pub(super) fn fields(paragraph: &str) -> impl Iterator<Item = (&str, &str)> {
    Statements::of(paragraph).filter_map(|statement| statement.field)
}

/// The name, of visible ASCII characters (deb822(5)), and the value; dpkg allows blanks before the colon.
fn field(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once(':')?;
    let name = name.trim_end_matches([' ', '\t']);
    let is_name = !name.is_empty() && !name.starts_with('-') && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then(|| (name, value.trim()))
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
            seen.push(fields(&paragraph.text).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>());
        }
        assert_eq!(seen, [vec!["A=1", "B=x\n y"], vec!["D=3"]]);
    }

    #[test]
    fn a_paragraph_knows_its_line_and_what_in_it_is_no_field() {
        let text = "\n\nA: 1\n\n\n \nB : 2\n<<<<<<< x: y\n\0C: 3\n- D: 4\n";
        let mut paragraphs = Paragraphs::new(text.as_bytes());
        assert_eq!(paragraphs.next().unwrap().unwrap().line, 3);
        let paragraph = paragraphs.next().unwrap().unwrap();
        let fields: Vec<_> = Statements::of(&paragraph.text).map(|statement| statement.field).collect();
        assert_eq!((paragraph.line, fields), (7, vec![Some(("B", "2")), None, None, None]));
        assert!(paragraphs.next().unwrap().is_none());
    }

    #[test]
    fn an_endless_paragraph_is_refused() {
        let text = "A: 1\n".repeat(1 << 20);
        assert!(Paragraphs::new(text.as_bytes()).next().is_err());
    }
}
