//! The functions of CloudFormation, as far as a template alone answers them (Template reference, Intrinsic functions).

use std::collections::HashMap;

use crate::cloud::effort::Effort;
use crate::node::{Entry, Node, PLACEHOLDER, Value};

/// Functions within functions and values within values.
const DEEPEST: usize = 100;
/// Values resolved for one template, with what they copy.
const MOST_STEPS: usize = 500_000;
/// Bytes of one text.
const LONGEST_TEXT: usize = 1 << 20;

/// A template whose functions are answered.
#[derive(Debug)]
pub(super) struct Template<'a> {
    parameters: HashMap<&'a str, &'a Node>,
    conditions: HashMap<&'a str, &'a Node>,
    mappings: HashMap<&'a str, &'a Node>,
    pub(super) effort: Effort,
}

impl<'a> Template<'a> {
    pub(super) fn new(document: &'a Node) -> Template<'a> {
        let declared = |section| document.get(section).map(Node::by_key).unwrap_or_default();
        Template {
            parameters: declared("Parameters"),
            conditions: declared("Conditions"),
            mappings: declared("Mappings"),
            effort: Effort::new(MOST_STEPS, DEEPEST, LONGEST_TEXT),
        }
    }

    /// A value with every function in it answered, or unknown.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        let resolved = self.effort.step(|| match &node.value {
            Value::List(items) => {
                let items: Vec<Node> =
                    items.iter().map(|item| self.resolve(item)).filter(|item| !item.is_null()).collect();
                // Each list around them has them again.
                self.effort.pay(items.iter().map(|item| item.references.len()).sum())?;
                let references = items.iter().flat_map(|item| item.references.clone()).collect();
                Some(Node { line: node.line, value: Value::List(items), references })
            }
            Value::Map(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || only.key.starts_with("Fn::") => {
                    Some(self.function(&only.key, &only.value))
                }
                _ => {
                    let entries =
                        entries.iter().map(|entry| Entry { value: self.resolve(&entry.value), ..entry.clone() });
                    Some(Node::new(node.line, Value::Map(entries.collect())))
                }
            },
            Value::Text(text) => self.effort.pay_text(text.len()).map(|()| node.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown => Some(node.clone()),
        });
        Node { line: node.line, ..resolved.flatten().unwrap_or_else(|| Node::unknown(node.line)) }
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
                let text = crate::json::write(&resolved);
                match self.effort.pay_text(text.len()) {
                    Some(()) => Node { references: resolved.references, ..Node::text(argument.line, text) },
                    None => unknown(),
                }
            }
            _ => unknown(),
        }
    }

    /// A copy of a value, which is paid for; where too much was paid, nothing.
    fn copy(&self, node: &Node) -> Node {
        self.effort.copy(node).unwrap_or_else(|| Node::unknown(node.line))
    }

    /// A parameter's default, or a resource.
    fn reference(&self, name: &str, line: u32) -> Node {
        if name == "AWS::NoValue" {
            return Node::new(line, Value::Null);
        }
        if let Some(parameter) = self.parameters.get(name) {
            let is_list =
                parameter.text_at("Type").is_some_and(|kind| kind.starts_with("List<") || kind == "CommaDelimitedList");
            return match parameter.entry("Default").map(|entry| &entry.value) {
                Some(default) if is_list => {
                    let text = default.as_text().unwrap_or_default();
                    let items =
                        text.split(',').filter(|item| !item.is_empty()).map(|item| Node::text(line, item.trim()));
                    self.paid(items).unwrap_or_else(|| Node::unknown(line))
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
                Some(value) => self.copy(value),
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
                self.effort.pay_text(text.len())?;
            }
        }
        text.push_str(rest);
        let substituted = Node { references, ..Node::text(argument.line, text) };
        self.effort.pay(substituted.weight())?;
        Some(substituted)
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
        let length = parts.iter().map(|part| part.len().saturating_add(separator.len()));
        self.effort.pay_text(length.fold(0, usize::saturating_add))?;
        Some(Node { references: list.references.clone(), ..Node::text(argument.line, parts.join(&separator)) })
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
        let whole = text.as_partial_text()?;
        let parts = self.paid(whole.split(&*separator).map(|part| Node::text(argument.line, part)))?;
        Some(Node { references: text.references.clone(), ..parts })
    }

    /// A list, each item of which is paid for.
    fn paid(&self, items: impl Iterator<Item = Node>) -> Option<Node> {
        let items: Option<Vec<Node>> = items.map(|item| self.effort.pay(item.weight()).map(|()| item)).collect();
        let items = items?;
        Some(Node::new(items.first().map_or(0, |item| item.line), Value::List(items)))
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
        let map = self.mappings.get(&*texts.0.as_text()?)?;
        Some(self.copy(map.get(&texts.1.as_text()?)?.get(&texts.2.as_text()?)?))
    }

    /// Whether a condition holds, where that is known.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        self.holds(self.conditions.get(name)?)
    }

    fn holds(&self, node: &Node) -> Option<bool> {
        self.effort.step(|| self.holds_within(node)).flatten()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// What is told of resolving a value of a template with these sections.
    fn told(sections: &str, value: &str) -> String {
        let document = json::parse(&format!("{{{sections}}}")).unwrap();
        let template = Template::new(&document);
        template.resolve(&json::parse(value).unwrap());
        template.effort.gap("t").map(|gap| gap.reason).unwrap_or_default()
    }

    #[test]
    fn what_grows_by_being_put_together_is_told_before_it_takes_memory() {
        let text = "x".repeat(1 << 20);
        let many = vec!["\"a\""; 100_000].join(",");
        let parameter = format!(
            r#""Parameters": {{"P": {{"Default": "{text}"}}, "L": {{"Type": "CommaDelimitedList", "Default": "{}"}}}}"#,
            "a,".repeat(500_000)
        );
        let joined = format!(r#"{{"Fn::Join": ["{text}", [{many}]]}}"#);
        assert!(told("", &joined).contains("1024 KiB"));
        let references = vec![r#"{"Ref": "P"}"#; 100].join(",");
        assert!(told(&parameter, &format!("[{references}]")).contains("500000 steps"));
        let lists = vec![r#"{"Ref": "L"}"#; 100].join(",");
        assert!(told(&parameter, &format!("[{lists}]")).contains("500000 steps"));
        let split = format!(r#"{{"Fn::Split": [",", "{}"]}}"#, ",".repeat(550_000));
        assert!(told("", &split).contains("500000 steps"));
        let deep = format!("{}{}{}", "[".repeat(90), vec![r#"{"Ref": "R"}"#; 10_000].join(","), "]".repeat(90));
        assert!(told("", &deep).contains("500000 steps"));
        assert_eq!(told("", r#"{"Fn::Join": ["-", ["a", "b"]]}"#), "");
    }

    #[test]
    fn conditions_that_need_each_other_end() {
        let conditions =
            r#""Conditions": {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}"#;
        assert!(told(conditions, r#"{"Fn::If": ["A", "yes", "no"]}"#).contains("need themselves"));
    }
}
