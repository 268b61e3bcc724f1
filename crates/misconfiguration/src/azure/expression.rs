//! The expressions of Azure's templates (`[concat(parameters('a'), 'b')]`), as far as a template alone answers them.

use std::cell::Cell;

use crate::node::{Entry, Node, PLACEHOLDER, Value};

/// Expressions within expressions and values within values.
const DEEPEST: usize = 64;
/// Expressions and values of one template.
const MOST_STEPS: usize = 300_000;
/// Bytes of one text.
const LONGEST_TEXT: usize = 1 << 20;

/// A template whose expressions are answered.
#[derive(Debug)]
pub(super) struct Template<'a> {
    document: &'a Node,
    steps: Cell<usize>,
    depth: Cell<usize>,
}

impl<'a> Template<'a> {
    pub(super) fn new(document: &'a Node) -> Template<'a> {
        Template { document, steps: Cell::new(0), depth: Cell::new(0) }
    }

    /// A value with every expression in it answered, or unknown.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        self.guarded(node.line, || match &node.value {
            Value::List(items) => {
                Node::new(node.line, Value::List(items.iter().map(|item| self.resolve(item)).collect()))
            }
            Value::Map(entries) => {
                let entries = entries.iter().map(|entry| Entry { value: self.resolve(&entry.value), ..entry.clone() });
                Node::new(node.line, Value::Map(entries.collect()))
            }
            Value::Text(text) => match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                Some(literal) if literal.starts_with('[') => Node::text(node.line, &text[1..]),
                Some(expression) => {
                    let mut reader = Reader { rest: expression, template: self, line: node.line };
                    let value = reader.expression().unwrap_or_else(|| Node::unknown(node.line));
                    if reader.rest.trim().is_empty() { value } else { Node::unknown(node.line) }
                }
                None => node.clone(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown => node.clone(),
        })
    }

    /// Runs within the bounds; beyond them nothing is known.
    fn guarded(&self, line: u32, run: impl FnOnce() -> Node) -> Node {
        if self.depth.get() >= DEEPEST || self.steps.get() >= MOST_STEPS {
            return Node::unknown(line);
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let mut node = run();
        self.depth.set(self.depth.get() - 1);
        node.line = line;
        node
    }

    fn call(&self, name: &str, arguments: &[Node], line: u32) -> Node {
        let first = arguments.first();
        let text = |place: usize| arguments.get(place).and_then(Node::as_text);
        let value = match name.to_ascii_lowercase().as_str() {
            "parameters" => {
                let declared =
                    text(0).and_then(|name| self.document.get("parameters")?.get(&name)?.entry("defaultValue"));
                return declared.map_or_else(|| Node::unknown(line), |entry| self.resolve(&entry.value));
            }
            "variables" => {
                let declared = text(0).and_then(|name| self.document.get("variables")?.get(&name));
                return declared.map_or_else(|| Node::unknown(line), |node| self.resolve(node));
            }
            "concat" => concat(arguments),
            "format" => format(arguments),
            "tolower" => text(0).map(|text| Value::Text(text.to_lowercase())),
            "toupper" => text(0).map(|text| Value::Text(text.to_uppercase())),
            "string" => first.and_then(Node::as_text).map(|text| Value::Text(text.into_owned())),
            "int" => first.and_then(Node::as_number).map(Value::Number),
            "bool" => first.and_then(Node::as_bool).map(Value::Bool),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            "not" => first.and_then(Node::as_bool).map(|value| Value::Bool(!value)),
            "and" => arguments
                .iter()
                .map(Node::as_bool)
                .try_fold(true, |all, next| next.map(|next| all && next))
                .map(Value::Bool),
            "or" => arguments
                .iter()
                .map(Node::as_bool)
                .try_fold(false, |any, next| next.map(|next| any || next))
                .map(Value::Bool),
            "equals" => text(0).zip(text(1)).map(|(one, other)| Value::Bool(one.eq_ignore_ascii_case(&other))),
            "empty" => first.and_then(is_empty).map(Value::Bool),
            "createarray" => Some(Value::List(arguments.to_vec())),
            "if" => {
                return match first.and_then(Node::as_bool) {
                    Some(true) => arguments.get(1).cloned(),
                    Some(false) => arguments.get(2).cloned(),
                    None => None,
                }
                .unwrap_or_else(|| Node::unknown(line));
            }
            "resourceid" | "reference" => {
                let names: Vec<String> =
                    arguments.iter().filter_map(Node::as_text).map(std::borrow::Cow::into_owned).collect();
                let kind = names.iter().position(|name| name.contains('/'));
                let address = kind.map(|kind| format!("{} {}", names[kind], names[kind + 1..].join("/")));
                return Node { references: address.into_iter().collect(), ..Node::unknown(line) };
            }
            _ => None,
        };
        Node::new(line, value.unwrap_or(Value::Unknown))
    }
}

fn is_empty(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Null => Some(true),
        Value::List(items) => Some(items.is_empty()),
        Value::Map(entries) => Some(entries.is_empty()),
        _ => node.as_text().map(|text| text.is_empty()),
    }
}

/// Texts, or lists, one after the other.
fn concat(arguments: &[Node]) -> Option<Value> {
    if arguments.iter().all(|argument| argument.as_list().is_some()) {
        return Some(Value::List(arguments.iter().flat_map(|argument| argument.items().to_vec()).collect()));
    }
    let mut text = String::new();
    for argument in arguments {
        match argument.as_partial_text() {
            Some(part) => text.push_str(&part),
            None => text.push(PLACEHOLDER),
        }
    }
    (text.len() <= LONGEST_TEXT).then_some(Value::Text(text))
}

/// `{0}` stands for the first of the values.
fn format(arguments: &[Node]) -> Option<Value> {
    let mut text = arguments.first()?.as_text()?.into_owned();
    for (place, argument) in arguments[1..].iter().enumerate() {
        let part = argument.as_partial_text().map_or_else(|| PLACEHOLDER.to_string(), std::borrow::Cow::into_owned);
        text = text.replace(&format!("{{{place}}}"), &part);
        if text.len() > LONGEST_TEXT {
            return None;
        }
    }
    Some(Value::Text(text))
}

struct Reader<'t, 'a> {
    rest: &'t str,
    template: &'t Template<'a>,
    line: u32,
}

impl Reader<'_, '_> {
    /// A literal or a call, and what is taken of it by `.name` and `[0]`; nothing where it cannot be read.
    fn expression(&mut self) -> Option<Node> {
        let template = self.template;
        if template.depth.get() >= DEEPEST || template.steps.get() >= MOST_STEPS {
            return None;
        }
        template.steps.set(template.steps.get() + 1);
        template.depth.set(template.depth.get() + 1);
        let node = self.term();
        template.depth.set(template.depth.get() - 1);
        node
    }

    fn term(&mut self) -> Option<Node> {
        self.rest = self.rest.trim_start();
        let mut node = match self.rest.chars().next()? {
            '\'' => self.text()?,
            sign if sign.is_ascii_digit() || sign == '-' => self.number()?,
            _ => self.function()?,
        };
        loop {
            self.rest = self.rest.trim_start();
            let references = std::mem::take(&mut node.references);
            let next = if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                let name = self.name();
                node.entry(&name).map(|entry| entry.value.clone())
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                let index = self.expression()?;
                self.rest = self.rest.trim_start().strip_prefix(']')?;
                index_of(&node, &index)
            } else {
                node.references = references;
                return Some(node);
            };
            node = next.unwrap_or_else(|| Node::unknown(self.line));
            node.references.extend(references);
        }
    }

    fn text(&mut self) -> Option<Node> {
        let mut text = String::new();
        let mut signs = self.rest[1..].char_indices().peekable();
        while let Some((at, sign)) = signs.next() {
            if sign != '\'' {
                text.push(sign);
            } else if signs.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                self.rest = &self.rest[at + 2..];
                return Some(Node::text(self.line, text));
            }
        }
        None
    }

    fn number(&mut self) -> Option<Node> {
        let end = self.rest[1..]
            .find(|sign: char| !sign.is_ascii_digit() && sign != '.')
            .map_or(self.rest.len(), |at| at + 1);
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Node::new(self.line, Value::Number(number.parse().ok()?)))
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.to_owned()
    }

    fn function(&mut self) -> Option<Node> {
        let mut name = self.name();
        // A function of the template's own namespace (`contoso.name(…)`) is not known.
        while let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            name = format!("{name}.{}", self.name());
        }
        self.rest = self.rest.trim_start().strip_prefix('(')?;
        let mut arguments = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Some(self.template.call(&name, &arguments, self.line));
            }
            if !arguments.is_empty() {
                self.rest = self.rest.strip_prefix(',')?;
            }
            arguments.push(self.expression()?);
        }
    }
}

fn index_of(node: &Node, index: &Node) -> Option<Node> {
    match &node.value {
        Value::List(items) => items.get(index.as_text()?.parse::<usize>().ok()?).cloned(),
        Value::Map(_) => node.entry(&index.as_text()?).map(|entry| entry.value.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn resolved(expression: &str) -> Node {
        let document = json::parse(r#"{"parameters": {"p": {"defaultValue": ["x", {"y": 5}]}, "q": {}}, "variables": {"v": "[variables('v')]"}}"#).unwrap();
        Template::new(&document).resolve(&Node::text(1, expression))
    }

    #[test]
    fn expressions_are_answered_as_far_as_the_template_tells() {
        for (expression, expected) in [
            ("[concat('a', 'it''s')]", "ait's"),
            ("[parameters('p')[1].y]", "5"),
            ("[if(equals(toUpper('a'), 'A'), 'yes', 'no')]", "yes"),
            ("[format('{0}-{1}', 'a', 3)]", "a-3"),
            ("[[literal]", "[literal]"),
            ("plain", "plain"),
        ] {
            assert_eq!(resolved(expression).as_text().as_deref(), Some(expected), "{expression}");
        }
        for unknown in [
            "[parameters('q')]",
            "[uniqueString('a')]",
            "[concat(]",
            "[variables('v')]",
            "[concat('a', parameters('q'))]",
        ] {
            assert!(resolved(unknown).is_unknown(), "{unknown}");
        }
    }

    #[test]
    fn deep_expressions_end() {
        let deep = format!("[{}'a'{}]", "not(".repeat(10_000), ")".repeat(10_000));
        assert!(resolved(&deep).is_unknown());
    }
}
