//! Terraform's JSON syntax (`*.tf.json`, and files of values `*.tfvars.json`), brought into the native one so that
//! everything else reads one language: <https://developer.hashicorp.com/terraform/language/syntax/json>.

use crate::json::{self, JsonError};
use crate::node::{Node, Value, spell_number};

/// A document in native syntax, and the line of the JSON that each of its lines comes from.
#[derive(Debug)]
pub(super) struct Native {
    pub(super) text: String,
    pub(super) lines: Vec<u32>,
}

/// The native form of a file of configuration. What is none of Terraform's blocks is left out, as Terraform does with
/// comments (`//`).
pub(super) fn configuration(text: &str) -> Result<Native, JsonError> {
    let document = json::parse(text)?;
    let mut writer = Writer::default();
    for entry in document.items().iter().filter_map(Node::as_map).flatten() {
        let labels = match entry.key.as_str() {
            "resource" | "data" => 2,
            "module" | "variable" | "output" | "provider" => 1,
            "locals" | "terraform" => 0,
            _ => continue,
        };
        writer.blocks(&entry.key, labels, &mut Vec::new(), &entry.value);
    }
    Ok(writer.native)
}

/// The native form of a file of values, in which nothing is a template.
pub(super) fn values(text: &str) -> Result<Native, JsonError> {
    let document = json::parse(text)?;
    let mut writer = Writer { is_literal: true, ..Writer::default() };
    writer.attributes(&document);
    Ok(writer.native)
}

struct Writer {
    native: Native,
    /// Whether texts are what they say, without templates in them.
    is_literal: bool,
    /// The line of what was written last.
    line: u32,
}

impl Default for Writer {
    fn default() -> Writer {
        Writer { native: Native { text: String::new(), lines: vec![1] }, is_literal: false, line: 1 }
    }
}

impl Writer {
    /// Blocks under their labels, each of which may hold one body or a list of them.
    fn blocks(&mut self, kind: &str, labels: usize, named: &mut Vec<String>, node: &Node) {
        if labels == 0 {
            for body in node.items() {
                self.block(kind, named, body);
            }
            return;
        }
        for entry in node.items().iter().filter_map(Node::as_map).flatten().filter(|entry| entry.key != "//") {
            named.push(entry.key.clone());
            self.blocks(kind, labels - 1, named, &entry.value);
            named.pop();
        }
    }

    fn block(&mut self, kind: &str, labels: &[String], body: &Node) {
        self.begin(body.line);
        self.native.text.push_str(kind);
        for label in labels {
            self.native.text.push(' ');
            quote(label, true, &mut self.native.text);
        }
        self.native.text.push_str(" {");
        // What a variable is by itself is no expression.
        self.is_literal = kind == "variable";
        self.attributes(body);
        self.is_literal = false;
        self.end("}");
    }

    /// The entries of a body: attributes, which may as well be blocks, and dynamic blocks.
    fn attributes(&mut self, body: &Node) {
        for entry in body.as_map().into_iter().flatten().filter(|entry| is_identifier(&entry.key)) {
            if entry.key == "dynamic" {
                self.dynamic(&entry.value);
                continue;
            }
            self.begin(entry.line);
            self.native.text.push_str(&entry.key);
            self.native.text.push_str(" = ");
            self.expression(&entry.value);
        }
    }

    fn dynamic(&mut self, node: &Node) {
        for entry in node.items().iter().filter_map(Node::as_map).flatten() {
            for body in entry.value.items() {
                self.begin(body.line);
                self.native.text.push_str("dynamic ");
                quote(&entry.key, true, &mut self.native.text);
                self.native.text.push_str(" {");
                for part in body.as_map().into_iter().flatten() {
                    match (part.key.as_str(), part.value.as_text()) {
                        ("for_each", _) => {
                            self.begin(part.line);
                            self.native.text.push_str("for_each = ");
                            self.expression(&part.value);
                        }
                        // A name, not a text.
                        ("iterator", Some(name)) if is_identifier(&name) => {
                            self.begin(part.line);
                            self.native.text.push_str("iterator = ");
                            self.native.text.push_str(&name);
                        }
                        ("content", _) => {
                            for content in part.value.items() {
                                self.begin(content.line);
                                self.native.text.push_str("content {");
                                self.attributes(content);
                                self.end("}");
                            }
                        }
                        _ => {}
                    }
                }
                self.end("}");
            }
        }
    }

    fn expression(&mut self, node: &Node) {
        self.line = self.line.max(node.line);
        match &node.value {
            Value::Null | Value::Unknown => self.native.text.push_str("null"),
            Value::Bool(value) => self.native.text.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => self.native.text.push_str(&spell_number(*number)),
            Value::Text(text) => quote(text, self.is_literal, &mut self.native.text),
            Value::List(items) => {
                self.native.text.push('[');
                for item in items {
                    self.begin(item.line);
                    self.expression(item);
                    self.native.text.push(',');
                }
                self.end("]");
            }
            Value::Map(entries) => {
                self.native.text.push('{');
                for entry in entries {
                    self.begin(entry.line);
                    quote(&entry.key, self.is_literal, &mut self.native.text);
                    self.native.text.push_str(" = ");
                    self.expression(&entry.value);
                }
                self.end("}");
            }
        }
    }

    /// Begins a line that comes from this one.
    fn begin(&mut self, line: u32) {
        self.native.text.push('\n');
        self.native.lines.push(line);
        self.line = line;
    }

    /// Closes what was begun, on a line that comes from the last that was written.
    fn end(&mut self, bracket: &str) {
        self.begin(self.line);
        self.native.text.push_str(bracket);
    }
}

fn is_identifier(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
}

/// Writes a text as a quoted template: what stands outside of `${…}` and `%{…}` is escaped; where it is literal, so are
/// these.
fn quote(text: &str, is_literal: bool, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let opens = rest.starts_with("${") || rest.starts_with("%{");
        let is_escaped = rest.starts_with("$${") || rest.starts_with("%%{");
        if opens
            && !is_literal
            && let Some(length) = interpolation(rest)
        {
            // Line breaks within would end the text.
            out.push_str(&rest[..length].replace(['\n', '\r'], " "));
            rest = &rest[length..];
            continue;
        }
        if opens {
            out.push(letter);
        } else if is_escaped && !is_literal {
            out.push_str(&rest[..3]);
            rest = &rest[3..];
            continue;
        }
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if u32::from(control) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            letter => out.push(letter),
        }
        rest = &rest[letter.len_utf8()..];
    }
    out.push('"');
}

/// The length of the `${…}` or `%{…}` that a text begins with; none where it does not end.
fn interpolation(text: &str) -> Option<usize> {
    // What is open: braces, and texts within them.
    let mut open: Vec<u8> = vec![b'{'];
    let bytes = text.as_bytes();
    let mut at = 2;
    while at < bytes.len() {
        let in_text = open.last() == Some(&b'"');
        match bytes[at] {
            b'\\' if in_text => at += 1,
            b'"' if in_text => _ = open.pop(),
            b'"' => open.push(b'"'),
            b'{' if !in_text || matches!(bytes[at - 1], b'$' | b'%') => open.push(b'{'),
            b'}' if !in_text => {
                open.pop();
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = String::new();
        quote(text, false, &mut out);
        out
    }

    #[test]
    fn texts_are_templates_and_what_is_around_them_is_escaped() {
        assert_eq!(quoted("a \"b\"\n${lookup(var.a, \"b}\")} c\\"), r#""a \"b\"\n${lookup(var.a, "b}")} c\\""#);
        assert_eq!(quoted("$${no} ${open"), r#""$${no} $${open""#);
        assert_eq!(quoted("${\"a-${var.b}\"}"), r#""${"a-${var.b}"}""#);
    }

    #[test]
    fn each_line_knows_where_it_comes_from() {
        let text = "{\n \"resource\": {\n  \"aws_s3_bucket\": {\n   \"b\": {\n    \"acl\": \"x\"\n   }\n  }\n }\n}";
        let native = configuration(text).unwrap();
        assert_eq!(native.text, "\nresource \"aws_s3_bucket\" \"b\" {\nacl = \"x\"\n}");
        assert_eq!(native.lines, [1, 4, 5, 5]);
    }

    #[test]
    fn dynamic_blocks_and_lists_of_blocks_are_understood() {
        let text = r#"{"resource": [{"a_b": {"c": [{"dynamic": {"rule": {"for_each": ["x"], "iterator": "it",
            "content": {"port": "${it.value}"}}}}]}}], "//": "a comment", "$schema": 1}"#;
        let native = configuration(text).unwrap().text.replace('\n', " ");
        assert_eq!(
            native,
            r#" resource "a_b" "c" { dynamic "rule" { for_each = [ "x", ] iterator = it content { port = "${it.value}" } } }"#
        );
    }
}
