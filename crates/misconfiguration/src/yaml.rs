//! YAML documents with their lines, within bounds on depth, size and what aliases repeat.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use crate::node::{Entry, Node, Value};

/// Depth of a document.
const DEEPEST: usize = 64;
/// Nodes of all documents of a file, with those that aliases repeat.
const MOST_NODES: usize = 200_000;

/// Why a file is no YAML for us.
#[derive(Debug, thiserror::Error)]
pub(crate) enum YamlError {
    #[error("it is no valid YAML (line {line}: {reason})")]
    Malformed { line: usize, reason: String },
    #[error("its YAML is more than {DEEPEST} levels deep")]
    TooDeep,
    #[error("its YAML has more than {MOST_NODES} values")]
    TooLarge,
}

/// What becomes of tags that the document defines itself (`!Ref x`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// They are dropped.
    Dropped,
    /// They are the short form of CloudFormation's functions: `!Sub x` is `{"Fn::Sub": x}`.
    Functions,
}

/// Reads every document of a file.
pub(crate) fn parse(text: &str, tags: Tags) -> Result<Vec<Node>, YamlError> {
    let mut builder = Builder { tags, open: Vec::new(), documents: Vec::new(), anchors: BTreeMap::new(), nodes: 0 };
    let lines = Lines::of(text);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| YamlError::Malformed {
            line: lines.number(error.marker().line()),
            reason: error.info().to_owned(),
        })?;
        builder.take(event, u32::try_from(lines.number(span.start.line())).unwrap_or(u32::MAX))?;
    }
    Ok(builder.documents)
}

/// Lines as people count them. In YAML a carriage return alone ends a line as well (YAML 1.2.2, 5.4, b-break); no editor
/// shows it so.
struct Lines {
    /// YAML's numbers of the lines that end so.
    returns: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut returns = Vec::new();
        let mut line = 1;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            match (bytes[at], bytes.get(at + 1)) {
                (b'\r', Some(b'\n')) => {}
                (b'\r', _) => {
                    returns.push(line);
                    line += 1;
                }
                _ => line += 1,
            }
        }
        Lines { returns }
    }

    /// The number of the line that is YAML's `line`.
    fn number(&self, line: usize) -> usize {
        line - self.returns.partition_point(|ended| *ended < line)
    }
}

struct Builder {
    tags: Tags,
    open: Vec<Open>,
    documents: Vec<Node>,
    /// What aliases of this document stand for, with its number of nodes.
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
}

/// A collection whose end has not been seen.
struct Open {
    node: Node,
    /// The key that waits for its value.
    key: Option<(String, u32)>,
    anchor: usize,
    tag: Option<String>,
    nodes_before: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: u32) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                let value = scalar(&text, style, tag);
                self.finish(Node::new(line, value), anchor, self.function(tag), 1)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(Value::List(Vec::new()), line, anchor, tag.as_deref())?
            }
            Event::MappingStart(_, anchor, tag) => self.begin(Value::Map(Vec::new()), line, anchor, tag.as_deref())?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let nodes = self.nodes + 1 - open.nodes_before;
                    let mut node = open.node;
                    merge(&mut node);
                    self.finish(node, open.anchor, open.tag, nodes)?;
                }
            }
            Event::Alias(anchor) => {
                if let Some((node, nodes)) = self.anchors.get(&anchor).cloned() {
                    self.nodes += nodes;
                    self.finish(Node { line, ..node }, 0, None, nodes)?;
                } else {
                    self.finish(Node::unknown(line), 0, None, 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, value: Value, line: u32, anchor: usize, tag: Option<&Tag>) -> Result<(), YamlError> {
        if self.open.len() >= DEEPEST {
            return Err(YamlError::TooDeep);
        }
        let tag = self.function(tag);
        self.open.push(Open { node: Node::new(line, value), key: None, anchor, tag, nodes_before: self.nodes });
        Ok(())
    }

    /// Puts a node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize, function: Option<String>, nodes: usize) -> Result<(), YamlError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(YamlError::TooLarge);
        }
        let node = match function {
            Some(key) => {
                let line = node.line;
                Node::new(line, Value::Map(vec![Entry { key, line, value: node }]))
            }
            None => node,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), nodes));
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.key.take() {
                Some((key, line)) => entries.push(Entry { key, line, value: node }),
                None => open.key = Some((node.as_text().unwrap_or_default().into_owned(), node.line)),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
        }
        Ok(())
    }

    /// The key under which CloudFormation's long form has what this tag is short for.
    fn function(&self, tag: Option<&Tag>) -> Option<String> {
        let tag = tag.filter(|tag| self.tags == Tags::Functions && tag.handle() == "!")?;
        Some(match tag.suffix() {
            name @ ("Ref" | "Condition") => name.to_owned(),
            name => format!("Fn::{name}"),
        })
    }
}

/// What a scalar means (YAML 1.2, section 10.3, the core schema).
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    if style != ScalarStyle::Plain
        || tag.is_some_and(|tag| tag.handle().starts_with("tag:yaml.org") && tag.suffix() == "str")
    {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

/// Numbers whose spelling says no more than their value: `0644` and `1.10` stay texts.
fn number(text: &str) -> Option<f64> {
    let first = text.trim_start_matches('-').as_bytes().first()?;
    let number: f64 = if first.is_ascii_digit() { text.parse().ok()? } else { return None };
    (crate::node::spell_number(number) == text).then_some(number)
}

/// `<<: *defaults`: what the merged maps have and the map itself does not (YAML 1.1, merge key).
fn merge(node: &mut Node) {
    let Value::Map(entries) = &mut node.value else { return };
    if !entries.iter().any(|entry| entry.key == "<<") {
        return;
    }
    let (merged, mut own): (Vec<Entry>, Vec<Entry>) = entries.drain(..).partition(|entry| entry.key == "<<");
    for source in merged.iter().flat_map(|entry| entry.value.items()) {
        for entry in source.as_map().unwrap_or_default() {
            if !own.iter().any(|known| known.key == entry.key) {
                own.push(entry.clone());
            }
        }
    }
    node.value = Value::Map(own);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carriage_return_alone_makes_no_line_for_people() {
        let documents = parse("a: 1\r\nb: 2\r\r\rc: 3\nd: 4\n", Tags::Dropped).unwrap();
        let lines = ["a", "b", "c", "d"].map(|key| documents[0].line_of(key));
        assert_eq!(lines, [1, 2, 2, 3]);
    }

    #[test]
    fn values_know_their_lines() {
        let documents = parse("a: 1\nb:\n  - x\n  - y: true\n---\nc: ~\n", Tags::Dropped).unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].line_of("b"), 2);
        let list = documents[0].get("b").and_then(Node::as_list).unwrap();
        assert_eq!((list[0].line, list[1].line), (3, 4));
        assert!(documents[1].entry("c").unwrap().value.is_null());
    }

    #[test]
    fn short_forms_of_functions_are_the_long_ones() {
        let documents = parse("a: !Ref B\nc: !GetAtt D.Arn\ne: !If [x, !Ref Y, z]\n", Tags::Functions).unwrap();
        assert_eq!(documents[0].text_at("a.Ref").unwrap(), "B");
        assert_eq!(documents[0].text_at("c.Fn::GetAtt").unwrap(), "D.Arn");
        assert!(documents[0].get("e").unwrap().get("Fn::If").unwrap().as_list().unwrap()[1].get("Ref").is_some());
    }

    #[test]
    fn merge_keys_give_what_is_missing() {
        let documents = parse("d: &d {a: 1, b: 2}\ne: {<<: *d, a: 3}\n", Tags::Dropped).unwrap();
        assert_eq!(documents[0].text_at("e.a").unwrap(), "3");
        assert_eq!(documents[0].text_at("e.b").unwrap(), "2");
    }

    #[test]
    fn numbers_that_are_spelled_otherwise_stay_texts() {
        let documents = parse("[0644, 1.10, 22, -1, 1e3, .5]", Tags::Dropped).unwrap();
        let texts: Vec<_> = documents[0].items().iter().map(|node| node.as_text().unwrap().into_owned()).collect();
        assert_eq!(texts, ["0644", "1.10", "22", "-1", "1e3", ".5"]);
    }

    #[test]
    fn bombs_are_refused_in_little_time() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{},", level - 1).repeat(9);
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert!(matches!(parse(&bomb, Tags::Dropped), Err(YamlError::TooLarge)));
        assert!(parse(&"[".repeat(100_000), Tags::Dropped).is_err());
        assert!(parse(&"- ".repeat(100_000), Tags::Dropped).is_err());
    }
}
