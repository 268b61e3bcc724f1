//! YAML and JSON documents as trees that know their lines, within bounds on size and depth. JSON is read as the YAML that
//! it is (YAML 1.2, section 1.2).

use granit_parser::{Event, Parser};

/// The largest policy or list of exceptions, in bytes.
pub const LARGEST_DOCUMENT_BYTES: usize = 4 << 20;
/// The deepest nesting of lists and maps in one.
pub(crate) const DEEPEST_DOCUMENT: usize = 32;
/// The most values of one.
pub(crate) const MOST_VALUES: usize = 200_000;

/// A value and the line it begins on, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// What a value is. Scalars stay as they are spelled: what they mean is up to the key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Scalar { text: String, is_plain: bool },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: Node,
}

/// Why a text is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

impl Node {
    /// Whether it is YAML's or JSON's word for nothing.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, is_plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(crate) fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Scalar { .. } | Value::Map(_) => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            Value::Scalar { .. } | Value::List(_) => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, in words for an error.
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            _ if self.is_null() => "nothing".into(),
            Value::Scalar { text, .. } if text.trim().is_empty() => "an empty text".into(),
            Value::Scalar { text, .. } => format!("`{}`", text.chars().take(60).collect::<String>()),
            Value::List(items) if items.is_empty() => "an empty list".into(),
            Value::List(_) => "a list".into(),
            Value::Map(_) => "a map".into(),
        }
    }
}

/// Reads the one document of a text. Anchors and aliases are refused: a policy says what it says where it says it.
pub(crate) fn parse(text: &str) -> Result<Node, Malformed> {
    if text.len() > LARGEST_DOCUMENT_BYTES {
        let reason = format!("the document is larger than {} MiB", LARGEST_DOCUMENT_BYTES >> 20);
        return Err(Malformed { line: 1, reason });
    }
    let mut builder = Builder { open: Vec::new(), root: None, values: 0 };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Malformed {
            line: error.marker().line().max(1),
            reason: format!("this is neither YAML nor JSON: {}", error.info()),
        })?;
        builder.take(event, span.start.line().max(1))?;
    }
    builder.root.ok_or(Malformed { line: 1, reason: "the document is empty".into() })
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    values: usize,
}

/// A collection whose end has not been seen, and the key that waits for its value.
struct Open {
    node: Node,
    key: Option<(String, usize)>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Malformed> {
        let refuse = |reason: &str| Err(Malformed { line, reason: reason.into() });
        match event {
            Event::Alias(_) => return refuse("aliases (`*name`) are not read; write the value out"),
            Event::DocumentStart(..) if self.root.is_some() => {
                return refuse("a second document begins here; keep each in a file of its own");
            }
            Event::Scalar(text, style, ..) => {
                let is_plain = style == granit_parser::ScalarStyle::Plain;
                self.finish(Node { line, value: Value::Scalar { text: text.into_owned(), is_plain } })?;
            }
            Event::SequenceStart(..) => self.begin(Node { line, value: Value::List(Vec::new()) })?,
            Event::MappingStart(..) => self.begin(Node { line, value: Value::Map(Vec::new()) })?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.finish(open.node)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, node: Node) -> Result<(), Malformed> {
        if self.open.len() >= DEEPEST_DOCUMENT {
            let reason = format!("lists and maps are nested more than {DEEPEST_DOCUMENT} deep");
            return Err(Malformed { line: node.line, reason });
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    fn finish(&mut self, node: Node) -> Result<(), Malformed> {
        self.values += 1;
        let line = node.line;
        if self.values > MOST_VALUES {
            return Err(Malformed { line, reason: format!("the document has more than {MOST_VALUES} values") });
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.key.take() {
                Some((key, line)) => entries.push(Entry { key, line, value: node }),
                None => {
                    let Value::Scalar { text, .. } = node.value else {
                        return Err(Malformed { line, reason: "a key must be a word, not a list or map".into() });
                    };
                    open.key = Some((text, line));
                }
            },
            Value::Scalar { .. } => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_give_the_same_tree() {
        let yaml = parse("a: 1\nb: [x, \"2\"]\n").unwrap();
        let json = parse("{\"a\": 1,\n\"b\": [\"x\", \"2\"]}").unwrap();
        assert_eq!(yaml.get("a").unwrap().text(), json.get("a").unwrap().text());
        assert_eq!((yaml.get("b").unwrap().line, json.get("b").unwrap().line), (2, 2));
    }

    #[test]
    fn bombs_are_refused() {
        assert!(parse("a: &a [1]\nb: *a\n").unwrap_err().reason.contains("aliases"));
        assert!(
            parse(&format!("{}{}", "[".repeat(DEEPEST_DOCUMENT + 1), "]".repeat(DEEPEST_DOCUMENT + 1)))
                .unwrap_err()
                .reason
                .contains("deep")
        );
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"- ".repeat(100_000)).is_err());
        assert!(parse(&"- x\n".repeat(MOST_VALUES + 1)).unwrap_err().reason.contains("values"));
        assert_eq!(parse("a: [\n\n").unwrap_err().line, 1);
    }
}
