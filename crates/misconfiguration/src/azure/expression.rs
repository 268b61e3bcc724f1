//! The expressions of Azure's templates (`[concat(parameters('a'), 'b')]`), as far as a template alone answers them.

use std::collections::HashMap;

use crate::cloud::effort::Effort;
use crate::node::{Entry, Node, PLACEHOLDER, Value};

/// Expressions within expressions and values within values.
const DEEPEST: usize = 64;
/// Expressions and values of one file, with what they copy.
const MOST_STEPS: usize = 300_000;
/// Bytes of one text.
const LONGEST_TEXT: usize = 1 << 20;

/// The work that all templates of one file may make.
pub(super) fn effort() -> Effort {
    Effort::new(MOST_STEPS, DEEPEST, LONGEST_TEXT)
}

/// A template whose expressions are answered.
#[derive(Debug)]
pub(super) struct Template<'a> {
    parameters: HashMap<&'a str, &'a Node>,
    variables: HashMap<&'a str, &'a Node>,
    effort: &'a Effort,
}

impl<'a> Template<'a> {
    pub(super) fn new(document: &'a Node, effort: &'a Effort) -> Template<'a> {
        let declared = |section| document.get(section).map(Node::by_key).unwrap_or_default();
        Template { parameters: declared("parameters"), variables: declared("variables"), effort }
    }

    /// A value with every expression in it answered, or unknown.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        let resolved = self.effort.step(|| match &node.value {
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
                None => match self.effort.pay_text(text.len()) {
                    Some(()) => node.clone(),
                    None => Node::unknown(node.line),
                },
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown => node.clone(),
        });
        Node { line: node.line, ..resolved.unwrap_or_else(|| Node::unknown(node.line)) }
    }

    /// What a function gives; what it makes is paid for.
    fn call(&self, name: &str, arguments: &[Node], line: u32) -> Node {
        let unknown = || Node::unknown(line);
        let first = arguments.first();
        let text = |place: usize| arguments.get(place).and_then(Node::as_text);
        let spelled = |spell: fn(&str) -> String| {
            let text = text(0)?;
            self.effort.pay_text(text.len())?;
            Some(Value::Text(spell(&text)))
        };
        let value = match name.to_ascii_lowercase().as_str() {
            "parameters" => {
                let parameter = text(0).and_then(|name| self.parameters.get(&*name)?.entry("defaultValue"));
                return parameter.map_or_else(unknown, |entry| self.resolve(&entry.value));
            }
            "variables" => {
                let variable = text(0).and_then(|name| self.variables.get(&*name).copied());
                return variable.map_or_else(unknown, |node| self.resolve(node));
            }
            "concat" => self.concat(arguments),
            "format" => self.format(arguments),
            "tolower" => spelled(str::to_lowercase),
            "toupper" => spelled(str::to_uppercase),
            "string" => spelled(str::to_owned),
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
            "createarray" => {
                arguments.iter().map(|item| self.effort.copy(item)).collect::<Option<_>>().map(Value::List)
            }
            "if" => {
                let chosen = first.and_then(Node::as_bool).and_then(|holds| arguments.get(if holds { 1 } else { 2 }));
                return chosen.and_then(|chosen| self.effort.copy(chosen)).unwrap_or_else(unknown);
            }
            "resourceid" | "reference" => {
                let names: Vec<_> = arguments.iter().filter_map(Node::as_text).collect();
                let length = names.iter().map(|name| name.len() + 1).sum();
                let kind = names.iter().position(|name| name.contains('/'));
                let address = kind.and_then(|kind| {
                    self.effort.pay_text(length)?;
                    Some(format!("{} {}", names[kind], names[kind + 1..].join("/")))
                });
                return Node { references: address.into_iter().collect(), ..unknown() };
            }
            _ => None,
        };
        Node::new(line, value.unwrap_or(Value::Unknown))
    }

    /// Texts, or lists, one after the other.
    fn concat(&self, arguments: &[Node]) -> Option<Value> {
        if arguments.iter().all(|argument| argument.as_list().is_some()) {
            let items = arguments.iter().flat_map(Node::items);
            return items.map(|item| self.effort.copy(item)).collect::<Option<_>>().map(Value::List);
        }
        let parts: Vec<_> = arguments.iter().map(Node::as_partial_text).collect();
        self.effort.pay_text(parts.iter().map(|part| part.as_ref().map_or(1, |part| part.len())).sum())?;
        let mut text = String::new();
        for part in parts {
            match part {
                Some(part) => text.push_str(&part),
                None => text.push(PLACEHOLDER),
            }
        }
        Some(Value::Text(text))
    }

    /// `{0}` stands for the first of the values.
    fn format(&self, arguments: &[Node]) -> Option<Value> {
        let mut text = arguments.first()?.as_text()?.into_owned();
        for (place, argument) in arguments[1..].iter().enumerate() {
            let part = argument.as_partial_text().map_or_else(|| PLACEHOLDER.to_string(), std::borrow::Cow::into_owned);
            let sign = format!("{{{place}}}");
            // Looking through the text is paid for, and what comes of it.
            self.effort.pay_text(text.len())?;
            let times = text.matches(&sign).count();
            self.effort.pay_text(text.len().saturating_add(times.saturating_mul(part.len())))?;
            text = text.replace(&sign, &part);
        }
        Some(Value::Text(text))
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

struct Reader<'t, 'a> {
    rest: &'t str,
    template: &'t Template<'a>,
    line: u32,
}

impl Reader<'_, '_> {
    /// A literal or a call, and what is taken of it by `.name` and `[0]`; nothing where it cannot be read.
    fn expression(&mut self) -> Option<Node> {
        let template = self.template;
        template.effort.step(|| self.term()).flatten()
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
        Template::new(&document, &effort()).resolve(&Node::text(1, expression))
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
    fn what_doubles_itself_is_told() {
        let doubled = |function: &str, first: &str| {
            let mut variables = format!(r#""v0": {first}"#);
            for level in 1..20 {
                let before = level - 1;
                let call = format!("{function}variables('v{before}'), variables('v{before}'))");
                variables.push_str(&format!(r#", "v{level}": "[{call}]""#));
            }
            let document = json::parse(&format!(r#"{{"variables": {{{variables}}}}}"#)).unwrap();
            let effort = effort();
            Template::new(&document, &effort).resolve(&Node::text(1, "[variables('v19')]"));
            effort.gap("t").map(|gap| gap.reason).unwrap_or_default()
        };
        for (function, first, limit) in [
            ("concat(", r#""x""#.to_owned(), "300000 steps"),
            ("concat(", r#"["x"]"#.to_owned(), "300000 steps"),
            ("createArray(", r#""x""#.to_owned(), "300000 steps"),
            ("format('{0}{1}', ", r#""x""#.to_owned(), "300000 steps"),
            ("resourceId('a/b', ", r#""x""#.to_owned(), "300000 steps"),
            ("concat(", format!("\"{}\"", "x".repeat(1 << 20)), "1024 KiB"),
        ] {
            let reason = doubled(function, &first);
            assert!(reason.contains(limit), "{function}: {reason}");
        }
    }

    #[test]
    fn deep_expressions_end() {
        let deep = format!("[{}'a'{}]", "not(".repeat(10_000), ")".repeat(10_000));
        assert!(resolved(&deep).is_unknown());
    }
}
