//! An attribute of a resource: there, absent or unknown, and where it stands.

use std::borrow::Cow;

use crate::check::Found;
use crate::cloud::Resource;
use crate::node::{Node, Value};

/// A place within a resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'a> {
    pub(crate) resource: &'a Resource,
    /// The line of its key, or of the deepest block around it that is there.
    line: u32,
    node: Option<&'a Node>,
    /// Whether a value that is not known stands where it would be looked for.
    is_hidden: bool,
}

impl<'a> Attribute<'a> {
    pub(super) fn root(resource: &'a Resource) -> Attribute<'a> {
        Attribute { resource, line: resource.block.0, node: Some(&resource.body), is_hidden: false }
    }

    /// The attribute under keys within keys; of lists on the way, the first item.
    pub(crate) fn get(&self, path: &str) -> Attribute<'a> {
        path.split('.').fold(*self, |at, key| at.child(key))
    }

    fn child(&self, key: &str) -> Attribute<'a> {
        let node = self.node.and_then(|node| match &node.value {
            Value::List(items) => items.first(),
            _ => Some(node),
        });
        let is_hidden = self.is_hidden || node.is_some_and(|node| node.value == Value::Unknown);
        match node.and_then(|node| node.entry(key)) {
            Some(entry) => Attribute { line: entry.line, node: Some(&entry.value), is_hidden, ..*self },
            None => {
                let line =
                    node.filter(|node| node.as_map().is_some() && self.line < node.line).map_or(self.line, |n| n.line);
                Attribute { line, node: None, is_hidden, ..*self }
            }
        }
    }

    /// Every attribute under keys within keys, through all items of lists; absent ones are left out.
    pub(crate) fn each(&self, path: &str) -> Vec<Attribute<'a>> {
        let mut here = self.items();
        for key in path.split('.') {
            here =
                here.iter().map(|at| at.child(key)).filter(|at| at.node.is_some()).flat_map(|at| at.items()).collect();
        }
        here
    }

    /// The items of a list; anything else that is there is one item.
    pub(crate) fn items(&self) -> Vec<Attribute<'a>> {
        match self.node.map(|node| &node.value) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(items)) => items
                .iter()
                .map(|item| Attribute {
                    line: if item.as_map().is_some() { item.line } else { self.line },
                    node: Some(item),
                    ..*self
                })
                .collect(),
            Some(_) => vec![*self],
        }
    }

    pub(crate) fn node(&self) -> Option<&'a Node> {
        self.node.filter(|node| !node.is_null())
    }

    /// Whether it is there, known or not.
    pub(crate) fn is_set(&self) -> bool {
        self.is_hidden || self.node().is_some()
    }

    /// Whether it is surely not there, or null, empty text, or an empty list.
    pub(crate) fn is_missing(&self) -> bool {
        if self.is_hidden {
            return false;
        }
        match self.node().map(|node| &node.value) {
            None => true,
            Some(Value::Text(text)) => text.is_empty(),
            Some(Value::List(items)) => items.is_empty(),
            Some(_) => false,
        }
    }

    /// Whether its value cannot be known.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_hidden || self.node().is_some_and(Node::is_unknown)
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        self.node()?.as_bool()
    }

    pub(crate) fn is_true(&self) -> bool {
        self.bool() == Some(true)
    }

    /// Whether it is false, or absent where absent means false.
    pub(crate) fn is_off(&self) -> bool {
        self.is_missing() || self.bool() == Some(false)
    }

    pub(crate) fn number(&self) -> Option<f64> {
        self.node()?.as_number()
    }

    pub(crate) fn text(&self) -> Option<Cow<'a, str>> {
        self.node()?.as_text()
    }

    /// The text, with a placeholder for each part that is not known.
    pub(crate) fn partial_text(&self) -> Option<Cow<'a, str>> {
        self.node()?.as_partial_text()
    }

    pub(crate) fn is_text(&self, expected: &str) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case(expected))
    }

    pub(crate) fn is_one_of(&self, expected: &[&str]) -> bool {
        expected.iter().any(|expected| self.is_text(expected))
    }

    /// The known texts of a list, or of a single value.
    pub(crate) fn texts(&self) -> Vec<Cow<'a, str>> {
        self.items().iter().filter_map(Attribute::text).collect()
    }

    /// Whether everything of a list is known.
    pub(crate) fn is_known_list(&self) -> bool {
        !self.is_hidden && self.items().iter().all(|item| !item.is_unknown())
    }

    /// Whether the value was made of a resource, or names it.
    pub(crate) fn refers_to(&self, target: &Resource) -> bool {
        let Some(node) = self.node() else { return false };
        node.items().iter().any(|item| {
            item.references.contains(&target.address)
                || item.as_text().is_some_and(|text| text == target.address || target.names().any(|name| name == text))
        })
    }

    /// Whether the value was made of some resource of a type.
    pub(crate) fn refers_to_kind(&self, kind: &str) -> bool {
        let of_kind = |reference: &String| {
            reference.split('.').any(|part| part == kind) || reference.contains(&format!("{kind}."))
        };
        self.node().is_some_and(|node| node.references.iter().any(of_kind))
    }

    /// Notes a failure here.
    pub(crate) fn fail(&self, found: &mut Found, message: impl Into<String>) {
        let message = format!("{}: {}", self.resource.address, message.into());
        found.add(&self.resource.path, self.line, self.resource.block, message);
    }
}
