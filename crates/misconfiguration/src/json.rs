//! JSON with its lines, with the comments and trailing commas that Azure's templates may have; and JSON out.

use jsonc_parser::ast;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use crate::node::{Entry, Node, Value, spell_number};

/// Levels of a document that are looked into; the parser itself refuses more than 512.
const DEEPEST: usize = 100;
/// Values of a document, as of one in YAML.
const MOST_NODES: usize = 200_000;
/// Values of a plan of Terraform, which has everything three times: planned, changed and configured.
const MOST_NODES_OF_PLAN: usize = 500_000;
/// Bytes before which a value can stand for each value that a document may have. Beyond them a document is not even parsed.
const MARKS_OF_VALUE: usize = 3;

/// Why a text is no JSON for us.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JsonError {
    #[error("it is no valid JSON ({reason})")]
    Malformed { reason: String },
    #[error("its JSON is more than {DEEPEST} levels deep")]
    TooDeep,
    #[error("its JSON has more than {most} values")]
    TooLarge { most: usize },
    #[error("it is empty")]
    Empty,
}

/// Reads a document whose first line is 1.
pub(crate) fn parse(text: &str) -> Result<Node, JsonError> {
    parse_within(text, MOST_NODES)
}

/// Reads a plan of Terraform.
pub(crate) fn parse_plan(text: &str) -> Result<Node, JsonError> {
    parse_within(text, MOST_NODES_OF_PLAN)
}

fn parse_within(text: &str, most: usize) -> Result<Node, JsonError> {
    if has_more_marks(text.as_bytes(), most * MARKS_OF_VALUE) {
        return Err(JsonError::TooLarge { most });
    }
    // Without commas, values would stand behind nothing that was counted.
    let options = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed =
        parse_to_ast(text, &collect, &options).map_err(|error| JsonError::Malformed { reason: error.to_string() })?;
    let value = parsed.value.ok_or(JsonError::Empty)?;
    Converter { starts: line_starts(text), left: most, most }.convert(&value, 0)
}

/// Whether more than so many bytes outside of texts and comments are such that a value can stand behind them. Texts and
/// comments end where the parser has them end, so that nothing that it makes a value of goes uncounted.
fn has_more_marks(bytes: &[u8], most: usize) -> bool {
    let is_mark = |byte: &&u8| matches!(**byte, b',' | b':' | b'[' | b'{');
    // Few documents have that many with those in texts, and it takes a fraction of the time to find out.
    if bytes.iter().filter(is_mark).count() <= most {
        return false;
    }
    let mut marks = 0;
    let mut left = bytes;
    while let Some((&byte, rest)) = left.split_first() {
        left = match byte {
            b'"' | b'\'' => behind_text(rest, byte),
            b'/' if rest.starts_with(b"/") => memchr::memchr2(b'\n', b'\r', rest).map_or(&[][..], |end| &rest[end..]),
            b'/' if rest.starts_with(b"*") => {
                memchr::memmem::find(&rest[1..], b"*/").map_or(&[][..], |end| &rest[end + 3..])
            }
            _ => {
                marks += usize::from(is_mark(&&byte));
                if marks > most {
                    return true;
                }
                rest
            }
        };
    }
    false
}

/// What stands behind the end of a text in these quotes, whose first byte is the first of `bytes`.
fn behind_text(bytes: &[u8], quote: u8) -> &[u8] {
    let mut left = bytes;
    while let Some(at) = memchr::memchr2(quote, b'\\', left) {
        let behind = if left[at] == quote { at + 1 } else { at + 2 };
        let rest = left.get(behind..).unwrap_or_default();
        if left[at] == quote {
            return rest;
        }
        left = rest;
    }
    &[]
}

/// The offsets at which lines begin.
pub(crate) fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The line, from 1, of an offset.
pub(crate) fn line_at(starts: &[usize], offset: usize) -> u32 {
    u32::try_from(starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
}

/// What makes values of what was parsed.
struct Converter {
    starts: Vec<usize>,
    /// How many more values may come, of `most`.
    left: usize,
    most: usize,
}

impl Converter {
    fn convert(&mut self, value: &ast::Value<'_>, depth: usize) -> Result<Node, JsonError> {
        if depth > DEEPEST {
            return Err(JsonError::TooDeep);
        }
        self.left = self.left.checked_sub(1).ok_or(JsonError::TooLarge { most: self.most })?;
        let (start, value) = match value {
            ast::Value::StringLit(text) => (text.range.start, Value::Text(text.value.clone().into_owned())),
            ast::Value::NumberLit(number) => {
                let value = number.value.parse().map_or_else(|_| Value::Text(number.value.to_owned()), Value::Number);
                (number.range.start, value)
            }
            ast::Value::BooleanLit(value) => (value.range.start, Value::Bool(value.value)),
            ast::Value::NullKeyword(null) => (null.range.start, Value::Null),
            ast::Value::Array(array) => {
                let items: Result<_, _> = array.elements.iter().map(|item| self.convert(item, depth + 1)).collect();
                (array.range.start, Value::List(items?))
            }
            ast::Value::Object(object) => {
                let mut entries = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    entries.push(Entry {
                        key: property.name.as_str().to_owned(),
                        line: line_at(&self.starts, property.range.start),
                        value: self.convert(&property.value, depth + 1)?,
                    });
                }
                (object.range.start, Value::Map(entries))
            }
        };
        Ok(Node::new(line_at(&self.starts, start), value))
    }
}

/// Writes a value as JSON; what is not known is a text of one placeholder.
pub(crate) fn write(node: &Node) -> String {
    let mut out = String::new();
    write_into(node, &mut out);
    out
}

fn write_into(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&spell_number(*number)),
        Value::Text(text) => write_text(text, out),
        Value::Unknown => write_text(&crate::node::PLACEHOLDER.to_string(), out),
        Value::List(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_into(item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (place, entry) in entries.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(&entry.key, out);
                out.push(':');
                write_into(&entry.value, out);
            }
            out.push('}');
        }
    }
}

/// The placeholder is a control character and stays as it is, so that it is found again.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines_and_comments_are_passed_over() {
        let node = parse("{\n  // why\n  \"a\": [\n 1, \"x\"],\n}").unwrap();
        assert_eq!(node.line_of("a"), 3);
        assert_eq!(node.get("a").unwrap().items()[1].line, 4);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let node = parse("{\"a\": [1, 1.5, true, null, \"q\\\"\\n\"]}").unwrap();
        assert_eq!(write(&node), "{\"a\":[1,1.5,true,null,\"q\\\"\\n\"]}");
        assert_eq!(write(&parse(&write(&node)).unwrap()), write(&node));
    }

    #[test]
    fn documents_of_countless_values_are_refused_and_ordinary_ones_are_read() {
        let list = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
        assert!(matches!(parse(&list(MOST_NODES)), Err(JsonError::TooLarge { most: MOST_NODES })));
        assert!(matches!(parse(&list(2_000_000)), Err(JsonError::TooLarge { most: MOST_NODES })));
        assert!(matches!(parse("[1 1]"), Err(JsonError::Malformed { .. })));
        assert_eq!(parse(&list(MOST_NODES - 1)).unwrap().items().len(), MOST_NODES - 1);
        assert_eq!(parse_plan(&list(MOST_NODES)).unwrap().items().len(), MOST_NODES);
        assert!(matches!(parse_plan(&list(2_000_000)), Err(JsonError::TooLarge { most: MOST_NODES_OF_PLAN })));
    }

    #[test]
    fn what_stands_in_texts_and_comments_is_no_value() {
        let commas = ",".repeat(MOST_NODES * MARKS_OF_VALUE + 1);
        for text in [
            format!("[1, \"{commas}\", 2]"),
            format!("{{\"a\": \"\\\"{commas}\\\\\", \"b\": '{commas}'}}"),
            format!("// it's \"{commas}\n[1]"),
            format!("[1 /* \"{commas} **/]"),
        ] {
            assert!(parse(&text).is_ok());
        }
        // Texts and comments end where they end, and what comes then is counted.
        let values = format!("[{}1]", "1,".repeat(MOST_NODES * MARKS_OF_VALUE + 1));
        for begin in
            ["[\"\\\\\", ", "[\"'\", '\"', ", "// \"\r[", "[\n//\n", "[/* ' \" // */ ", "[/**/ ", "[\"//\", \"/*\", "]
        {
            let text = format!("{begin}{values}]");
            assert!(matches!(parse(&text), Err(JsonError::TooLarge { most: MOST_NODES })), "{begin}");
        }
        // What has no end is no document.
        for begin in ["\"", "'", "\"\\", "/*", "[\"\\\""] {
            assert!(parse(&format!("{begin}{commas}")).is_err(), "{begin}");
        }
        assert!(has_more_marks(b",,,", 2));
        assert!(!has_more_marks(b",,,", 3));
        assert!(!has_more_marks(b"',,,", 2));
        assert!(!has_more_marks(b"/*,,,", 2));
        assert!(!has_more_marks(b"//,,,", 2));
        assert!(has_more_marks(b"/,,,", 2));
    }

    #[test]
    fn deep_documents_are_refused() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(matches!(parse(&format!("{}{}", "[".repeat(200), "]".repeat(200))), Err(JsonError::TooDeep)));
    }
}
