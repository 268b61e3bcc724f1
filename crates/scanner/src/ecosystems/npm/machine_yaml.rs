//! The YAML that package managers write: block mappings of scalars, two spaces a level.
//!
//! It has no anchors, no tags and no folded keys, so a reader of lines does: it is faster than a YAML parser, needs no
//! recursion, and an alias bomb is only text to it. Sequences and block texts are passed over. A file with anything else in
//! it was written by somebody else, or is damaged: a parser of all of YAML reads it, or says where it cannot be read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::wanted_file::ReadFileError;
use crate::yaml;

/// A mapping in the order of the file.
pub(super) type Mapping<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// The value of an entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Value<'a> {
    /// The scalar or flow value on the entry's own line, without quotes.
    pub(super) scalar: Cow<'a, str>,
    /// The entries below it.
    pub(super) entries: Mapping<'a>,
    /// Whether it is a sequence, of which nothing is kept.
    pub(super) is_sequence: bool,
}

impl<'a> Value<'a> {
    /// The entries of the mapping under `key`; none where there is no such mapping.
    pub(super) fn mapping(&self, key: &str) -> &[(Cow<'a, str>, Value<'a>)] {
        find(&self.entries, key).map_or(&[], |value| &value.entries)
    }

    /// Whether a sequence stands under `key`.
    pub(super) fn has_sequence(&self, key: &str) -> bool {
        find(&self.entries, key).is_some_and(|value| value.is_sequence)
    }

    /// The scalar under `key`; empty where there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        find(&self.entries, key).map_or("", |value| &value.scalar)
    }
}

fn find<'v, 'a>(mapping: &'v [(Cow<'a, str>, Value<'a>)], key: &str) -> Option<&'v Value<'a>> {
    mapping.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// Mappings nested deeper than this are passed over.
const DEEPEST_MAPPING: usize = 32;

/// Fields whose flow values say nothing of packages.
const FLOW_FIELDS: &[&str] = &["cpu", "engines", "libc", "os", "peerDependencies", "resolution"];

/// Reads every document of the text, each as the value of the whole; with what is wrong with the text where it is no YAML,
/// and then what can be made of its lines.
pub(super) fn documents(text: &str) -> (Vec<Value<'_>>, Option<ReadFileError>) {
    let mut documents = Vec::new();
    let mut reader = Reader::default();
    let mut is_plain = true;
    for line in text.lines() {
        if is_separator(line) {
            is_plain &= !reader.is_odd;
            documents.push(std::mem::take(&mut reader).finish());
        } else {
            reader.read_line(line);
        }
    }
    is_plain &= !reader.is_odd;
    documents.push(reader.finish());
    documents.retain(|document| !document.entries.is_empty());
    if is_plain {
        return (documents, None);
    }
    match parsed(text) {
        Ok(documents) => (documents, None),
        Err(error) => (documents, Some(error)),
    }
}

fn is_separator(line: &str) -> bool {
    line == "---" || line.starts_with("--- ")
}

/// The documents as a parser of all of YAML has them.
fn parsed(text: &str) -> Result<Vec<Value<'static>>, ReadFileError> {
    let mut documents = Vec::new();
    // What lies before a document stays as empty lines, so that errors name the lines of the file.
    let mut document = String::new();
    let mut empty_lines = String::new();
    let mut finish = |document: &mut String| -> Result<(), ReadFileError> {
        if !document.trim().is_empty() {
            documents.push(yaml::parse::<Tree>(document)?.0);
        }
        document.clear();
        Ok(())
    };
    for line in text.split_inclusive('\n') {
        empty_lines.push('\n');
        if is_separator(line.trim_end_matches(['\r', '\n'])) {
            finish(&mut document)?;
            document.push_str(&empty_lines);
        } else {
            document.push_str(line);
        }
    }
    finish(&mut document)?;
    documents.retain(|document| !document.entries.is_empty());
    Ok(documents)
}

/// A value as the parser of all of YAML has it.
struct Tree(Value<'static>);

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping or a scalar")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, Tree(value))) = map.next_entry::<String, Tree>()? {
            entries.push((Cow::Owned(key), value));
        }
        Ok(Tree(Value { entries, ..Value::default() }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Tree(Value { is_sequence: true, ..Value::default() }))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(scalar(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(scalar(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(scalar(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(scalar(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(scalar(number))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree(Value::default()))
    }
}

fn scalar(value: impl ToString) -> Tree {
    Tree(Value { scalar: Cow::Owned(value.to_string()), ..Value::default() })
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

#[derive(Default)]
struct Reader<'a> {
    root: Mapping<'a>,
    /// The entries that are open, from the outermost: indentation, key, value so far.
    open: Vec<(usize, Cow<'a, str>, Value<'a>)>,
    /// Lines indented deeper than this belong to a block text.
    text_indent: Option<usize>,
    /// Whether there was something that package managers do not write.
    is_odd: bool,
}

impl<'a> Reader<'a> {
    fn read_line(&mut self, line: &'a str) {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            return;
        }
        if self.text_indent.is_some_and(|text_indent| indent > text_indent) {
            return;
        }
        self.text_indent = None;
        if let Some(value) = content.strip_prefix(": ") {
            // The value of an explicit key (`? key`), whose first entry stands on this line.
            return self.read_entry(indent + 2, value);
        }
        match content.strip_prefix("? ") {
            Some(key) => {
                self.close_down_to(indent);
                self.open(indent, unquoted(key.trim_end()), Value::default());
            }
            None => self.read_entry(indent, content),
        }
    }

    fn read_entry(&mut self, indent: usize, content: &'a str) {
        if content.starts_with("- ") || content == "-" {
            // A sequence may stand at the indentation of its key.
            self.close_down_to(indent + 1);
            if let Some((_, _, value)) = self.open.last_mut() {
                value.is_sequence |= value.entries.is_empty() && value.scalar.is_empty();
            }
        }
        self.close_down_to(indent);
        let Some((key, value)) = split_entry(content) else {
            self.is_odd |= !content.starts_with('-');
            return;
        };
        self.is_odd |= content.starts_with('\t') || is_odd(&key, value);
        if value.starts_with(['|', '>']) {
            self.text_indent = Some(indent);
        }
        let is_sequence = value.starts_with('[');
        self.open(indent, key, Value { scalar: unquoted(value), is_sequence, ..Value::default() });
    }

    fn open(&mut self, indent: usize, key: Cow<'a, str>, value: Value<'a>) {
        if self.open.len() < DEEPEST_MAPPING {
            self.open.push((indent, key, value));
        }
    }

    /// Closes the entries that cannot hold a line of this indentation.
    fn close_down_to(&mut self, indent: usize) {
        while self.open.last().is_some_and(|(open, ..)| *open >= indent) {
            let Some((_, key, value)) = self.open.pop() else { return };
            match self.open.last_mut() {
                Some((_, _, parent)) => parent.entries.push((key, value)),
                None => self.root.push((key, value)),
            }
        }
    }

    fn finish(mut self) -> Value<'a> {
        self.close_down_to(0);
        Value { entries: self.root, ..Value::default() }
    }
}

/// Whether the value of an entry says more, or less, than its line tells.
fn is_odd(key: &str, value: &str) -> bool {
    let ends = |end: char| value.len() > 1 && value.ends_with(end);
    match value.chars().next() {
        Some('{') => !ends('}') || value != "{}" && !FLOW_FIELDS.contains(&key),
        Some('[') => !ends(']'),
        Some(quote @ ('"' | '\'')) => !ends(quote),
        Some('&' | '*' | '!' | '@' | '`' | '%') => true,
        _ => false,
    }
}

/// Splits `key: value`, `'key': value`, `"key":`.
fn split_entry(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let key_end = match content.as_bytes().first()? {
        quote @ (b'"' | b'\'') => closing_quote(content, *quote)? + 1,
        b'-' | b'[' | b'{' => return None,
        _ => content.find(": ").or_else(|| content.strip_suffix(':').map(str::len))?,
    };
    let value = content[key_end..].strip_prefix(':')?;
    Some((unquoted(&content[..key_end]), value.trim()))
}

/// The place of the quote that ends the text which begins with one.
fn closing_quote(text: &str, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            _ if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

fn unquoted(text: &str) -> Cow<'_, str> {
    let inside = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    match (inside('\''), inside('"')) {
        (Some(text), _) if text.contains("''") => Cow::Owned(text.replace("''", "'")),
        (_, Some(text)) if text.contains('\\') => Cow::Owned(text.replace("\\\"", "\"").replace("\\\\", "\\")),
        (Some(text), _) | (_, Some(text)) => Cow::Borrowed(text),
        (None, None) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_nest_by_indentation() {
        let text = "a:\n  'b c': 1\n  \"d:e\":\n    f: {x: y}\n  list:\n    - one\n    - two: 3\ng: 'it''s'\n";
        let (documents, _) = documents(text);
        let root = &documents[0];
        assert_eq!(root.text("g"), "it's");
        let a = find(&root.entries, "a").unwrap();
        let nested = find(&a.entries, "d:e").unwrap();
        assert_eq!((a.text("b c"), nested.mapping("f")[0].1.scalar.as_ref()), ("1", "y"));
    }

    #[test]
    fn sequences_are_told_from_mappings() {
        let text = "a:\n- x\nb:\n  - y: 1\nc: [z]\nd:\n  e: 1\nf: {}\n";
        for text in [text.to_owned(), format!("{text}g: {{h: 1}}\n")] {
            let (documents, error) = documents(&text);
            assert!(error.is_none(), "{error:?}");
            let sequences = ["a", "b", "c", "d", "f"].map(|key| documents[0].has_sequence(key));
            assert_eq!(sequences, [true, true, true, false, false], "{text}");
        }
    }

    #[test]
    fn block_texts_explicit_keys_and_documents_are_understood() {
        let text = "---\na:\n  d: >-\n    not: this\n    : nor this\n  b: 2\n---\n? long\n: x: 1\n  y: 2\nz: 3\n";
        let (documents, error) = documents(text);
        assert!(error.is_none());
        assert_eq!(documents[0].mapping("a").len(), 2);
        let long = find(&documents[1].entries, "long").unwrap();
        assert_eq!((long.text("x"), long.text("y"), documents[1].text("z")), ("1", "2", "3"));
    }

    #[test]
    fn whatever_else_yaml_has_is_read_by_its_parser() {
        let flow = "a: {b: {c: 1, d: [x, y]}, 'e f': \"g\"}\n---\nh: &h\n  i: 1.0.0\nj: *h\n";
        let (documents, error) = documents(flow);
        assert!(error.is_none(), "{error:?}");
        assert_eq!((find(&documents[0].entries, "a").unwrap().text("e f"), documents.len()), ("g", 2));
        assert_eq!(documents[0].mapping("a")[0].1.text("c"), "1");
        assert_eq!(documents[1].mapping("j")[0].1.scalar, "1.0.0");
    }

    #[test]
    fn what_is_no_yaml_is_an_error_with_its_line_and_still_text() {
        for (text, line) in [
            ("a:\n  b: 1\n  c: [x\n", 3),
            ("a:\n\tb: 1\n", 2),
            ("a: 1\n---\nb: {c: 1\n", 3),
            ("a:\n  b: 1\n  garbage\n", 3),
            ("a:\n  b: 'x\n", 2),
        ] {
            let (documents, error) = documents(text);
            let error = error.unwrap_or_else(|| panic!("{text}")).to_string();
            assert!(error.contains("line") && line > 0, "{text}: {error}");
            assert!(!documents.is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_text_is_only_text() {
        let deep: String = (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth % 5_000))).collect();
        for text in [deep.as_str(), "a: &a [*a, *a]\nb: *a\n", "'", "\"\\", ": x", "? ", "-", "é:", "'é': é", "a:\tb"]
        {
            documents(text);
        }
    }
}
