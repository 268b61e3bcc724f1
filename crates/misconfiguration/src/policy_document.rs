//! Policies of AWS (IAM policy grammar), as JSON text, as a map, or as a data source of Terraform.

use crate::cloud::{Attribute, Cloud, Resource};
use crate::json;
use crate::node::{Node, Value};

/// One statement.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) is_allow: bool,
    /// Actions, with a placeholder for what is not known.
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
    /// Principals, without their kind.
    pub(crate) principals: Vec<String>,
    pub(crate) has_condition: bool,
}

impl Statement {
    /// Whether anybody is meant.
    pub(crate) fn is_for_everybody(&self) -> bool {
        self.principals.iter().any(|principal| principal == "*" || principal == "arn:aws:iam::*:root")
    }
}

/// The statements of a policy; none where it cannot be known.
pub(crate) fn statements(policy: &Attribute<'_>, cloud: &Cloud) -> Vec<Statement> {
    let Some(node) = policy.node() else { return Vec::new() };
    if let Some(text) = node.as_partial_text() {
        return json::parse(&text).map(|document| of_document(&document)).unwrap_or_default();
    }
    if node.as_map().is_some() {
        return of_document(node);
    }
    let source = cloud.of(&["data.aws_iam_policy_document"]).find(|source| policy.refers_to(source));
    source.map(of_data_source).unwrap_or_default()
}

/// `Version` and `Statement`, however the keys are spelled.
fn of_document(document: &Node) -> Vec<Statement> {
    let Some(statements) = key(document, "statement") else { return Vec::new() };
    statements.items().iter().map(of_statement).collect()
}

fn of_statement(node: &Node) -> Statement {
    let texts = |name: &str| key(node, name).map(texts).unwrap_or_default();
    let principals = match key(node, "principal") {
        Some(Node { value: Value::Map(entries), .. }) => {
            entries.iter().flat_map(|entry| self::texts(&entry.value)).collect()
        }
        Some(other) => self::texts(other),
        None => Vec::new(),
    };
    Statement {
        is_allow: key(node, "effect")
            .and_then(Node::as_text)
            .is_some_and(|effect| effect.eq_ignore_ascii_case("allow")),
        actions: texts("action"),
        resources: texts("resource"),
        principals,
        has_condition: key(node, "condition")
            .is_some_and(|condition| condition.as_map().is_none_or(|map| !map.is_empty())),
    }
}

/// The blocks of `aws_iam_policy_document`.
fn of_data_source(source: &Resource) -> Vec<Statement> {
    let statements = source.whole().each("statement");
    statements
        .iter()
        .map(|statement| {
            let principals = statement.each("principals.identifiers");
            let list = |name: &str| statement.get(name).node().map(texts).unwrap_or_default();
            Statement {
                is_allow: statement.get("effect").is_missing() || statement.get("effect").is_text("Allow"),
                actions: list("actions"),
                resources: list("resources"),
                principals: principals
                    .iter()
                    .filter_map(Attribute::partial_text)
                    .map(std::borrow::Cow::into_owned)
                    .collect(),
                has_condition: statement.get("condition").is_set(),
            }
        })
        .collect()
}

fn texts(node: &Node) -> Vec<String> {
    node.items().iter().filter_map(Node::as_partial_text).map(std::borrow::Cow::into_owned).collect()
}

/// The value of a key in any spelling: `NotAction`, `not_action`.
fn key<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let entries = node.as_map()?;
    let found = entries.iter().find(|entry| entry.key.replace('_', "").eq_ignore_ascii_case(name))?;
    Some(&found.value).filter(|value| !value.is_null())
}
