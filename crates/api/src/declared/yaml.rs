//! Values as YAML that people would write: block style, texts plain where nothing else could be meant. The same value is
//! the same text.

use std::fmt::Write as _;

use serde_json::Value;

/// A map as a document.
pub(super) fn document(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    out
}

fn block(out: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let _ = write!(out, "{indent}{}:", scalar(key));
                under(out, value, depth + 1);
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(map) if !map.is_empty() => {
                        let mut inner = String::new();
                        block(&mut inner, item, depth + 1);
                        // The first key stands behind the dash.
                        let _ = write!(out, "{indent}- {}", inner.trim_start());
                    }
                    _ => {
                        let _ = write!(out, "{indent}-");
                        under(out, item, depth + 1);
                    }
                }
            }
        }
        scalar_value => {
            let _ = writeln!(out, "{indent}{}", one(scalar_value));
        }
    }
}

/// What stands behind a key or dash.
fn under(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if map.is_empty() => out.push_str(" {}\n"),
        Value::Array(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Object(_) | Value::Array(_) => {
            out.push('\n');
            block(out, value, depth);
        }
        Value::String(text) if is_literal(text) => {
            out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
            let indent = "  ".repeat(depth);
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                if line.is_empty() {
                    out.push('\n');
                } else {
                    let _ = writeln!(out, "{indent}{line}");
                }
            }
        }
        _ => {
            let _ = writeln!(out, " {}", one(value));
        }
    }
}

/// Whether a text of several lines reads back from a literal block as it is (YAML 1.2, section 8.1.2).
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n'])
        && body.chars().all(|c| c == '\n' || (' '..='~').contains(&c) || c > '\u{9f}' && !is_strange(c))
}

fn one(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text as a plain scalar, or quoted as JSON does, which YAML reads the same.
fn scalar(text: &str) -> String {
    let is_plain = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " ._/@+-&|".contains(c))
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf"
        );
    if is_plain {
        return text.to_owned();
    }
    let quoted = Value::from(text).to_string();
    // What JSON leaves as it is and YAML takes for a break or refuses is escaped.
    quoted
        .chars()
        .map(|c| match is_strange(c) || ('\u{7f}'..='\u{9f}').contains(&c) {
            true => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            false => c.to_string(),
        })
        .collect()
}

fn is_strange(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Value {
        policy::read_tree("f", text).unwrap_or_else(|error| panic!("{error} in\n{text}")).value
    }

    #[test]
    fn a_document_reads_as_a_person_would_write_it() {
        let value = json!({
            "name": "dev", "permissions": ["images.read", "jobs.read"], "empty": [], "no": "on", "count": 7,
            "variables": [{ "attribute": "image.label", "key": "team", "value": "*" }], "ca": "a\nb\n",
        });
        let text = "name: dev\npermissions:\n  - images.read\n  - jobs.read\nempty: []\n\"no\": \"on\"\ncount: 7\n\
            variables:\n  - attribute: image.label\n    key: team\n    value: \"*\"\nca: |\n  a\n  b\n";
        assert_eq!(document(&value), text);
        assert_eq!(read(text), value);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            texts in proptest::collection::vec(
                prop_oneof!["\\PC{0,12}", "[ -~\n]{0,20}", "[a-z: #'\"\\-\n\t]{0,12}", "[0-9.eE+-]{1,6}", "\u{2028}|\u{feff}a|\u{85}"], 1..5),
            number in any::<i64>(), flag in any::<bool>()
        ) {
            let value = json!({ "list": texts, "map": { "number": number, "flag": flag, "text": texts[0] },
                "deep": [{ "a": texts, "b": [texts.last()] }, {}] });
            prop_assert_eq!(read(&document(&value)), value);
        }
    }
}
