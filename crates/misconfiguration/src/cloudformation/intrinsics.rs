//! The functions of CloudFormation, as far as a template alone answers them (Template reference, Intrinsic functions).

use std::cell::Cell;

use crate::node::{Entry, Node, PLACEHOLDER, Value};

/// Functions within functions and values within values.
const DEEPEST: usize = 100;
/// Values resolved for one template.
const MOST_STEPS: usize = 500_000;
/// Bytes of one text.
const LONGEST_TEXT: usize = 1 << 20;

/// A template whose functions are answered.
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

    /// A value with every function in it answered, or unknown.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        if self.depth.get() >= DEEPEST || self.steps.get() >= MOST_STEPS {
            return Node::unknown(node.line);
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let mut resolved = match &node.value {
            Value::List(items) => {
                let items: Vec<Node> =
                    items.iter().map(|item| self.resolve(item)).filter(|item| !item.is_null()).collect();
                let references = items.iter().flat_map(|item| item.references.clone()).collect();
                Node { line: node.line, value: Value::List(items), references }
            }
            Value::Map(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || only.key.starts_with("Fn::") => self.function(&only.key, &only.value),
                _ => {
                    let entries =
                        entries.iter().map(|entry| Entry { value: self.resolve(&entry.value), ..entry.clone() });
                    Node::new(node.line, Value::Map(entries.collect()))
                }
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => node.clone(),
        };
        self.depth.set(self.depth.get() - 1);
        resolved.line = node.line;
        resolved
    }

    fn function(&self, name: &str, argument: &Node) -> Node {
        let unknown = || Node::unknown(argument.line);
        match name {
            "Ref" => argument.as_text().map_or_else(unknown, |name| self.reference(&name, argument.line)),
            "Fn::GetAtt" => {
                let first = argument.items().first().and_then(Node::as_text);
                let target = first.as_deref().and_then(|text| text.split('.').next()).unwrap_or_default().to_owned();
                Node { references: vec![target], ..unknown() }
            }
            "Fn::Sub" => self.substitute(argument).unwrap_or_else(unknown),
            "Fn::Join" => self.join(argument).unwrap_or_else(unknown),
            "Fn::Select" => self.select(argument).unwrap_or_else(unknown),
            "Fn::Split" => self.split(argument).unwrap_or_else(unknown),
            "Fn::If" => self.choose(argument).unwrap_or_else(unknown),
            "Fn::FindInMap" => self.find_in_map(argument).unwrap_or_else(unknown),
            // What is encoded is of interest, not how.
            "Fn::Base64" => self.resolve(argument),
            "Fn::ToJsonString" => {
                let resolved = self.resolve(argument);
                Node {
                    references: resolved.references.clone(),
                    ..Node::text(argument.line, crate::json::write(&resolved))
                }
            }
            _ => unknown(),
        }
    }

    /// A copy of a value, which is paid for; where too much was paid, nothing.
    fn copy(&self, node: &Node) -> Node {
        self.steps.set(self.steps.get().saturating_add(node.weight()));
        if self.steps.get() >= MOST_STEPS { Node::unknown(node.line) } else { node.clone() }
    }

    /// A parameter's default, or a resource.
    fn reference(&self, name: &str, line: u32) -> Node {
        if name == "AWS::NoValue" {
            return Node::new(line, Value::Null);
        }
        if let Some(parameter) = self.document.get("Parameters").and_then(|parameters| parameters.get(name)) {
            let is_list =
                parameter.text_at("Type").is_some_and(|kind| kind.starts_with("List<") || kind == "CommaDelimitedList");
            return match parameter.entry("Default").map(|entry| &entry.value) {
                Some(default) if is_list => {
                    let text = default.as_text().unwrap_or_default();
                    let items =
                        text.split(',').filter(|item| !item.is_empty()).map(|item| Node::text(line, item.trim()));
                    Node::new(line, Value::List(items.collect()))
                }
                Some(default) if !parameter.text_at("Type").is_some_and(|kind| kind.starts_with("AWS::SSM")) => {
                    self.copy(default)
                }
                _ => Node::unknown(line),
            };
        }
        Node { references: vec![name.to_owned()], ..Node::unknown(line) }
    }

    /// `${Name}` and `${Name.Attribute}` within a text; `${!Name}` is the text `${Name}`.
    fn substitute(&self, argument: &Node) -> Option<Node> {
        let pattern = argument.items().first()?.as_text()?.into_owned();
        let own = argument.as_list().and_then(|items| items.get(1)).map(|map| self.resolve(map));
        let mut text = String::new();
        let mut references = Vec::new();
        let mut rest = pattern.as_str();
        while let Some(start) = rest.find("${") {
            text.push_str(&rest[..start]);
            let Some(length) = rest[start..].find('}') else { break };
            let name = &rest[start + 2..start + length];
            rest = &rest[start + length + 1..];
            if let Some(literal) = name.strip_prefix('!') {
                text.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match own.as_ref().and_then(|own| own.get(name)) {
                Some(value) => value.clone(),
                None => match name.split_once('.') {
                    Some((resource, _)) => Node { references: vec![resource.to_owned()], ..Node::unknown(0) },
                    None => self.reference(name, argument.line),
                },
            };
            match value.as_partial_text() {
                Some(part) => text.push_str(&part),
                None => text.push(PLACEHOLDER),
            }
            references.extend(value.references);
            if text.len() > LONGEST_TEXT {
                return None;
            }
        }
        text.push_str(rest);
        Some(self.copy(&Node { references, ..Node::text(argument.line, text) }))
    }

    fn join(&self, argument: &Node) -> Option<Node> {
        let [separator, list] = argument.as_list()? else { return None };
        let separator = separator.as_text()?;
        let list = self.resolve(list);
        let parts: Vec<String> = list
            .as_list()?
            .iter()
            .map(|item| item.as_partial_text().map_or_else(|| PLACEHOLDER.to_string(), std::borrow::Cow::into_owned))
            .collect();
        let text = parts.join(&separator);
        (text.len() <= LONGEST_TEXT)
            .then(|| Node { references: list.references.clone(), ..Node::text(argument.line, text) })
    }

    fn select(&self, argument: &Node) -> Option<Node> {
        let [place, list] = argument.as_list()? else { return None };
        let place: usize = self.resolve(place).as_text()?.parse().ok()?;
        self.resolve(list).as_list()?.get(place).cloned()
    }

    fn split(&self, argument: &Node) -> Option<Node> {
        let [separator, text] = argument.as_list()? else { return None };
        let text = self.resolve(text);
        let separator = separator.as_text().filter(|separator| !separator.is_empty())?;
        let parts = text.as_partial_text()?.split(&*separator).map(|part| Node::text(argument.line, part)).collect();
        Some(Node { references: text.references.clone(), ..Node::new(argument.line, Value::List(parts)) })
    }

    fn choose(&self, argument: &Node) -> Option<Node> {
        let [condition, yes, no] = argument.as_list()? else { return None };
        match self.condition(&condition.as_text()?) {
            Some(true) => Some(self.resolve(yes)),
            Some(false) => Some(self.resolve(no)),
            None => {
                let (yes, no) = (self.resolve(yes), self.resolve(no));
                if yes.value == no.value {
                    return Some(yes);
                }
                let references = yes.references.into_iter().chain(no.references).collect();
                Some(Node { references, ..Node::unknown(argument.line) })
            }
        }
    }

    fn find_in_map(&self, argument: &Node) -> Option<Node> {
        let [map, first, second, ..] = argument.as_list()? else { return None };
        let texts = (self.resolve(map), self.resolve(first), self.resolve(second));
        let map = self.document.get("Mappings")?.get(&texts.0.as_text()?)?;
        Some(self.copy(map.get(&texts.1.as_text()?)?.get(&texts.2.as_text()?)?))
    }

    /// Whether a condition holds, where that is known.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        let condition = self.document.get("Conditions")?.get(name)?;
        self.holds(condition)
    }

    fn holds(&self, node: &Node) -> Option<bool> {
        if self.depth.get() >= DEEPEST || self.steps.get() >= MOST_STEPS {
            return None;
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let holds = self.holds_within(node);
        self.depth.set(self.depth.get() - 1);
        holds
    }

    fn holds_within(&self, node: &Node) -> Option<bool> {
        let [only] = node.as_map()? else { return None };
        let parts = only.value.items();
        match only.key.as_str() {
            "Condition" => self.condition(&only.value.as_text()?),
            "Fn::Equals" => {
                let [left, right] = parts else { return None };
                Some(self.resolve(left).as_text()? == self.resolve(right).as_text()?)
            }
            "Fn::Not" => self.holds(parts.first()?).map(|holds| !holds),
            "Fn::And" => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| self.holds(part)).collect();
                if all.contains(&Some(false)) {
                    Some(false)
                } else {
                    all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            "Fn::Or" => {
                let any: Vec<Option<bool>> = parts.iter().map(|part| self.holds(part)).collect();
                if any.contains(&Some(true)) {
                    Some(true)
                } else {
                    any.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            _ => None,
        }
    }
}
