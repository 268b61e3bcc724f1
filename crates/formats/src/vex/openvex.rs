//! OpenVEX (OpenVEX Specification 0.2.0; the older 0.0.1 has texts where it has objects).

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{VexName, VexProduct, VexStatement, VexStatus};
use serde::Deserialize;

use super::{Budget, ReadVexError, digest, document, name, names, parse, words, wrong};
use crate::bill::list;
use crate::json_place::Step;

pub(super) const FORMAT: &str = "OpenVEX";

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "@id")]
    id: Option<String>,
    author: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
    #[serde(default, deserialize_with = "some_list")]
    statements: Option<Vec<Statement>>,
}

/// What is there, though it be `null`.
fn some_list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Statement>>, D::Error> {
    list(deserializer).map(Some)
}

#[derive(Deserialize)]
struct Statement {
    vulnerability: Option<Vulnerability>,
    #[serde(default, deserialize_with = "list")]
    products: Vec<Product>,
    /// Of version 0.0.1, for all products.
    #[serde(default, deserialize_with = "list")]
    subcomponents: Vec<Product>,
    status: Option<String>,
    justification: Option<String>,
    impact_statement: Option<String>,
    action_statement: Option<String>,
    status_notes: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Vulnerability {
    Text(String),
    Object {
        #[serde(rename = "@id")]
        id: Option<String>,
        name: Option<String>,
        #[serde(default, deserialize_with = "list")]
        aliases: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Product {
    Text(String),
    Object {
        #[serde(rename = "@id")]
        id: Option<String>,
        #[serde(default)]
        identifiers: BTreeMap<String, String>,
        #[serde(default)]
        hashes: BTreeMap<String, String>,
        #[serde(default, deserialize_with = "list")]
        subcomponents: Vec<Product>,
    },
}

pub(super) fn read(file: &str, text: &str) -> Result<Vec<VexStatement>, ReadVexError> {
    let Document { id, author, timestamp, last_updated, statements } = parse(text, FORMAT)?;
    let Some(statements) = statements else {
        return Err(wrong(FORMAT, text, &[Step::Key("statements")], "is missing"));
    };
    let document = document(file, id, author);
    // A statement without a time has that of its document (section Inheritance Flow).
    let default_time = last_updated.or(timestamp);
    let mut budget = Budget::default();
    let read = |(at, statement): (usize, Statement)| -> Result<VexStatement, ReadVexError> {
        let number = at + 1;
        let wrong = |key, what: String| {
            let path = [Step::Key("statements"), Step::Index(at), Step::Key(key)];
            wrong(FORMAT, text, &path, &format!("statement {number} {what}"))
        };
        let status = status(statement.status.as_deref().unwrap_or_default()).map_err(|what| wrong("status", what))?;
        let ids = statement.vulnerability.map(Vulnerability::ids).unwrap_or_default();
        if ids.is_empty() {
            return Err(wrong("vulnerability", "names no vulnerability".into()));
        }
        budget.take_statement()?;
        let shared: Vec<Arc<[VexName]>> =
            statement.subcomponents.into_iter().map(|product| product.split().0).collect();
        let mut products = Vec::new();
        for product in statement.products {
            let (names, parts) = product.split();
            let parts: Vec<&Arc<[VexName]>> =
                if parts.is_empty() { shared.iter().collect() } else { parts.iter().collect() };
            budget.take(parts.len().max(1))?;
            match parts.is_empty() {
                true => products.push(Arc::new(VexProduct { names, ..VexProduct::default() })),
                false => products.extend(parts.into_iter().map(|part| {
                    let within = Some(Arc::clone(&names));
                    Arc::new(VexProduct { names: Arc::clone(part), within, ..VexProduct::default() })
                })),
            }
        }
        Ok(VexStatement {
            document: Arc::clone(&document),
            number,
            ids: ids.into(),
            products,
            status,
            justification: words(statement.justification.as_deref()),
            detail: [statement.impact_statement, statement.action_statement, statement.status_notes]
                .iter()
                .find_map(|text| words(text.as_deref())),
            timestamp: statement.last_updated.or(statement.timestamp).or_else(|| default_time.clone()),
        })
    };
    statements.into_iter().enumerate().map(read).collect()
}

fn status(word: &str) -> Result<VexStatus, String> {
    let known = VexStatus::ALL.into_iter().find(|status| status.as_str() == word);
    known.ok_or_else(|| match word {
        "" => "has no status".to_owned(),
        _ => format!("has the status `{word}`; use not_affected, affected, fixed or under_investigation"),
    })
}

impl Vulnerability {
    /// Its name and aliases. An `@id` counts where there is no name: it may be the address of a page.
    fn ids(self) -> Vec<String> {
        let ids = match self {
            Vulnerability::Text(id) => vec![id],
            Vulnerability::Object { id, name, aliases } => name.or(id).into_iter().chain(aliases).collect(),
        };
        let last = |id: String| id.trim().rsplit('/').next().unwrap_or_default().to_owned();
        ids.into_iter().map(last).filter(|id| !id.is_empty()).collect()
    }
}

impl Product {
    /// Its names, and those of each of its parts.
    fn split(self) -> (Arc<[VexName]>, Vec<Arc<[VexName]>>) {
        match self {
            Product::Text(text) => (names(std::iter::once(name(&text))), Vec::new()),
            Product::Object { id, identifiers, hashes, subcomponents } => {
                let ids = id.iter().chain(identifiers.values()).map(|text| name(text));
                let hashes = hashes.iter().filter_map(|(algorithm, value)| digest(algorithm, value));
                (names(ids.chain(hashes)), subcomponents.into_iter().map(|part| part.split().0).collect())
            }
        }
    }
}
