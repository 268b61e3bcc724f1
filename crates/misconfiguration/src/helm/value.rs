//! Values of charts, as the template library has them; and YAML out of those.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value;

use super::functions::refuse;
use crate::json;
use crate::node::{self, Node};

/// Levels of a value that is written.
const DEEPEST: usize = 64;

/// A value of YAML as one of a template.
pub(super) fn from_node(node: &Node) -> Value {
    match &node.value {
        node::Value::Null | node::Value::Unknown => Value::Nil,
        node::Value::Bool(value) => Value::Bool(*value),
        node::Value::Number(number) => from_number(*number),
        node::Value::Text(text) => Value::String(Arc::from(text.as_str())),
        node::Value::List(items) => Value::List(items.iter().map(from_node).collect()),
        node::Value::Map(entries) => map(entries.iter().map(|entry| (entry.key.as_str(), from_node(&entry.value)))),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is within the range of an i64")]
fn from_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::Int(number as i64) } else { Value::Float(number) }
}

/// A map of a template.
pub(super) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let map: BTreeMap<Arc<str>, Value> = entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect();
    Value::Map(Arc::new(map))
}

/// Bytes of what is written.
const LONGEST: usize = 16 << 20;

/// Writes block YAML without a line feed at its end, as Helm's `toYaml` does.
pub(super) fn to_yaml(value: &Value) -> gotmpl::Result<String> {
    let mut out = String::new();
    write(value, 0, false, &mut out, 0);
    if out.len() > LONGEST {
        return refuse("a text becomes too long");
    }
    Ok(out.trim_end_matches('\n').to_owned())
}

fn write(value: &Value, indent: usize, is_in_line: bool, out: &mut String, depth: usize) {
    if depth > DEEPEST {
        out.push_str("null\n");
        return;
    }
    // Indentation makes more of a value than it weighs; whoever asked refuses what is too long.
    if out.len() > LONGEST {
        return;
    }
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            for (place, (key, value)) in entries.iter().enumerate() {
                if place > 0 || !is_in_line {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str(&scalar(key));
                out.push(':');
                nested(value, indent, out, depth);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                if place > 0 || !is_in_line {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str("- ");
                write(item, indent + 2, true, out, depth + 1);
            }
        }
        other => {
            if !is_in_line {
                out.push_str(&" ".repeat(indent));
            }
            out.push_str(&in_line(other));
            out.push('\n');
        }
    }
}

/// What stands after a key.
fn nested(value: &Value, indent: usize, out: &mut String, depth: usize) {
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            write(value, indent + 2, false, out, depth + 1);
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            write(value, indent, false, out, depth + 1);
        }
        other => {
            out.push(' ');
            out.push_str(&in_line(other));
            out.push('\n');
        }
    }
}

fn in_line(value: &Value) -> String {
    match value {
        Value::Map(_) => "{}".to_owned(),
        Value::List(_) => "[]".to_owned(),
        Value::Nil => "null".to_owned(),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text that reads back as the same text: plain where nothing speaks against it.
fn scalar(text: &str) -> String {
    let is_plain = text.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_./@+".contains(sign))
        && text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '/' || sign == '_')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    let is_line = !text.contains(|sign: char| sign.is_control() || sign == node::PLACEHOLDER);
    match (is_plain, is_line) {
        (true, _) => text.to_owned(),
        // Single quotes leave templates within the text as they are.
        (false, true) => format!("'{}'", text.replace('\'', "''")),
        (false, false) => to_json_text(text),
    }
}

pub(super) fn to_json_text(text: &str) -> String {
    json::write(&Node::text(0, text))
}

/// Writes JSON.
pub(super) fn to_json(value: &Value) -> String {
    to_json_within(value, 0)
}

fn to_json_within(value: &Value, depth: usize) -> String {
    match value {
        _ if depth > DEEPEST => "null".to_owned(),
        Value::Map(entries) => {
            let parts: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", to_json_text(key), to_json_within(value, depth + 1)))
                .collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::List(items) => {
            let parts: Vec<String> = items.iter().map(|item| to_json_within(item, depth + 1)).collect();
            format!("[{}]", parts.join(","))
        }
        Value::String(text) => to_json_text(text),
        Value::Nil => "null".to_owned(),
        other => other.to_string(),
    }
}
