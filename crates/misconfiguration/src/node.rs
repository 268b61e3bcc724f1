//! Values of configuration files with the lines on which they stand: what YAML, JSON and HCL have in common.

use std::borrow::Cow;
use std::collections::HashMap;

/// Stands in a text for a part that cannot be known (an expression that nothing resolves).
pub(crate) const PLACEHOLDER: char = '\u{1a}';

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The line on which it begins, from 1.
    pub(crate) line: u32,
    pub(crate) value: Value,
    /// The resources that the value was made of, by address (`aws_kms_key.main`, `data.http.x`, a logical id).
    pub(crate) references: Vec<String>,
}

/// What a value can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    /// Text; parts that cannot be known are a [`PLACEHOLDER`] each.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value that is there, and of which nothing more can be known.
    Unknown,
}

/// A key of a map and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The line of the key, from 1.
    pub(crate) line: u32,
    pub(crate) value: Node,
}

impl Node {
    pub(crate) fn new(line: u32, value: Value) -> Node {
        Node { line, value, references: Vec::new() }
    }

    pub(crate) fn unknown(line: u32) -> Node {
        Node::new(line, Value::Unknown)
    }

    pub(crate) fn text(line: u32, text: impl Into<String>) -> Node {
        Node::new(line, Value::Text(text.into()))
    }

    /// What a copy of the value costs, in values: bounds on work count it, so that nothing grows by being referred to.
    pub(crate) fn weight(&self) -> usize {
        1 + self.references.len()
            + match &self.value {
                Value::List(items) => items.iter().map(Node::weight).sum(),
                Value::Map(entries) => entries.iter().map(|entry| entry.value.weight() + entry.key.len() / 64).sum(),
                Value::Text(text) => text.len() / 64,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown => 0,
            }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The boolean, also where it is written as text, as CloudFormation and Terraform let it be.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("yes") => Some(true),
            Value::Text(text) if text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("no") => Some(false),
            _ => None,
        }
    }

    /// The number, also where it is written as text.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match &self.value {
            Value::Number(value) => Some(*value),
            Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The text of a scalar that is known as a whole.
    pub(crate) fn as_text(&self) -> Option<Cow<'_, str>> {
        self.as_partial_text().filter(|text| !text.contains(PLACEHOLDER))
    }

    /// The text of a scalar, with a [`PLACEHOLDER`] for each part that is not known.
    pub(crate) fn as_partial_text(&self) -> Option<Cow<'_, str>> {
        match &self.value {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(spell_number(*number))),
            Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Unknown => None,
        }
    }

    /// Whether nothing, or not all, is known of a scalar.
    pub(crate) fn is_unknown(&self) -> bool {
        match &self.value {
            Value::Unknown => true,
            Value::Text(text) => text.contains(PLACEHOLDER),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => false,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list; of anything else but null, itself: many formats take one for a list of one.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entry of a map; a key given twice counts as it is given last.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().rev().find(|entry| entry.key == key)
    }

    /// The value under a key that is there and not null.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    /// The values of a map that are not null by their keys, for those who look up many.
    pub(crate) fn by_key(&self) -> HashMap<&str, &Node> {
        let entries = self.as_map().unwrap_or_default().iter().filter(|entry| !entry.value.is_null());
        entries.map(|entry| (entry.key.as_str(), &entry.value)).collect()
    }

    /// The value under keys within keys (`spec.template.spec`).
    pub(crate) fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// The text under keys within keys, where it is known.
    pub(crate) fn text_at(&self, path: &str) -> Option<Cow<'_, str>> {
        self.at(path)?.as_text()
    }

    /// The line of a key, or of the map where it is not there.
    pub(crate) fn line_of_key(&self, key: &str) -> u32 {
        self.entry(key).map_or(self.line, |entry| entry.line)
    }

    /// The line of the deepest key of the path that is there.
    pub(crate) fn line_of(&self, path: &str) -> u32 {
        let mut line = self.line;
        let mut node = self;
        for key in path.split('.') {
            let Some(entry) = node.entry(key) else { break };
            line = entry.line;
            node = &entry.value;
        }
        line
    }
}

/// Whole numbers without a fraction, as every format writes them.
pub(crate) fn spell_number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_an_unknown_part_is_no_known_text() {
        let node = Node::text(1, format!("arn:aws:s3:::{PLACEHOLDER}/*"));
        assert!(node.is_unknown());
        assert_eq!(node.as_text(), None);
        assert!(node.as_partial_text().is_some_and(|text| text.ends_with("/*")));
    }

    #[test]
    fn numbers_are_spelled_as_written() {
        assert_eq!(spell_number(22.0), "22");
        assert_eq!(spell_number(1.2), "1.2");
        assert_eq!(Node::text(1, "inf").as_number(), None);
    }
}
