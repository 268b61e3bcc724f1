//! Reads maps by the list of their keys, and says of every mistake the file, the line, the key and the nearest right one.

use std::fmt;

use model::time;

use crate::Pattern;
use crate::keys::{Key, Kind};
use crate::nearest::nearest;
use crate::node::{self, Node, Value};
use crate::scope::{Attribute, Scope, ScopeError, Variable};
use crate::version_range::{InvalidRange, VersionRange};

/// The error of reading a policy or a list of exceptions.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{file}:{line}: {}", on_one_line(problem))]
pub struct DocumentError {
    /// The file as the caller names it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Box<DocumentProblem>,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DocumentProblem {
    /// Neither YAML nor JSON, or beyond a limit.
    #[error("{reason}")]
    Malformed {
        /// What is wrong, as a sentence without a full stop.
        reason: String,
    },
    /// A key that the map does not have.
    #[error("`{key}` is no key here; the nearest is `{nearest}`")]
    UnknownKey {
        /// The key with its place: `controls[0].actoin`.
        key: String,
        /// The nearest right one.
        nearest: String,
    },
    /// A key that is there twice.
    #[error("`{key}` is there twice; keep one")]
    DuplicateKey {
        /// The key with its place.
        key: String,
    },
    /// A key that must be there.
    #[error("`{key}` is missing: {about}")]
    MissingKey {
        /// The key with its place.
        key: String,
        /// What it is.
        about: &'static str,
    },
    /// A value of another kind.
    #[error("`{key}` must be {expected}, but is {found}")]
    WrongValue {
        /// The key with its place.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A word that is none of those known.
    #[error("`{word}` is not a value of `{key}`; the nearest is `{nearest}`")]
    UnknownWord {
        /// The key with its place.
        key: String,
        /// The word.
        word: String,
        /// The nearest right one.
        nearest: String,
    },
    /// A scope expression that does not read.
    #[error("`{key}`: {error}")]
    Scope {
        /// The key with its place.
        key: String,
        /// What is wrong, and where in the expression.
        error: ScopeError,
    },
    /// A range of versions that does not read.
    #[error("`{key}`: {error}")]
    Range {
        /// The key with its place.
        key: String,
        /// What is wrong.
        error: InvalidRange,
    },
    /// A custom check that does not read.
    #[error("`{key}`: {reason}")]
    Check {
        /// The key with its place.
        key: String,
        /// What is wrong, as a sentence without a full stop.
        reason: String,
    },
    /// Keys that make no sense together.
    #[error("{reason}")]
    Combination {
        /// Which, and what to write instead, as a sentence without a full stop.
        reason: String,
    },
}

/// A map whose keys and values are those of its list: what is asked of it is there or was optional.
pub(crate) struct Table<'a> {
    file: &'a str,
    path: String,
    pub(crate) node: &'a Node,
    keys: Vec<Key>,
}

pub(crate) fn parse(file: &str, text: &str) -> Result<Node, DocumentError> {
    let malformed =
        |problem: node::Malformed| error(file, problem.line, DocumentProblem::Malformed { reason: problem.reason });
    node::parse(text).map_err(malformed)
}

/// A problem without the line breaks of what it quotes.
fn on_one_line(problem: &DocumentProblem) -> String {
    problem.to_string().replace(char::is_control, " ")
}

pub(crate) fn error(file: &str, line: usize, problem: DocumentProblem) -> DocumentError {
    DocumentError { file: file.to_owned(), line, problem: Box::new(problem) }
}

impl<'a> Table<'a> {
    /// Checks a map against its list of keys.
    pub(crate) fn new(file: &'a str, path: &str, node: &'a Node, keys: &[Key]) -> Result<Table<'a>, DocumentError> {
        let table = Table { file, path: path.to_owned(), node, keys: keys.to_vec() };
        let wrong = || table.wrong_value(node, path, "a map");
        let entries = node.map().ok_or_else(wrong)?;
        for (at, entry) in entries.iter().enumerate() {
            let place = table.place(&entry.key);
            if entries[..at].iter().any(|other| other.key == entry.key) {
                return Err(error(file, entry.line, DocumentProblem::DuplicateKey { key: place }));
            }
            match keys.iter().find(|key| key.name == entry.key) {
                Some(key) => table.check(&entry.value, &place, key.kind)?,
                None => {
                    let nearest = nearest(&entry.key, keys.iter().map(|key| key.name)).unwrap_or_default().to_owned();
                    return Err(error(file, entry.line, DocumentProblem::UnknownKey { key: place, nearest }));
                }
            }
        }
        match keys.iter().find(|key| key.is_required && node.get(key.name).is_none()) {
            Some(key) => {
                let problem = DocumentProblem::MissingKey { key: table.place(key.name), about: key.about };
                Err(error(file, node.line, problem))
            }
            None => Ok(table),
        }
    }

    pub(crate) fn place(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// An error at a key of this map, or at the map itself where the key is not there.
    pub(crate) fn error(&self, key: &str, problem: DocumentProblem) -> DocumentError {
        error(self.file, self.node.get(key).unwrap_or(self.node).line, problem)
    }

    fn wrong_value(&self, node: &Node, place: &str, expected: impl Into<String>) -> DocumentError {
        let key = if place.is_empty() { "the document".into() } else { place.to_owned() };
        let (expected, found) = (expected.into(), node.describe());
        error(self.file, node.line, DocumentProblem::WrongValue { key, expected, found })
    }

    fn check(&self, node: &Node, place: &str, kind: Kind) -> Result<(), DocumentError> {
        let text = node.text().filter(|text| !text.trim().is_empty() && !node.is_null());
        let holds = match kind {
            Kind::Text | Kind::Word => text.is_some(),
            Kind::Number { least, most } => number(node).is_some_and(|number| (least..=most).contains(&number)),
            Kind::Count { most } => text.and_then(|text| text.parse::<u32>().ok()).is_some_and(|count| count <= most),
            Kind::Time => text.is_some_and(|text| time::parse(text).is_some()),
            Kind::Choice(words) => {
                if let Some(text) = text {
                    self.word(node, text, place, words)?;
                }
                text.is_some()
            }
            Kind::Texts | Kind::Choices(_) | Kind::Maps(_) | Kind::Controls => {
                node.list().is_some_and(|items| !items.is_empty())
            }
            Kind::Map(_) => node.map().is_some(),
        };
        if !holds {
            return Err(self.wrong_value(node, place, kind.to_string()));
        }
        for (at, item) in node.list().unwrap_or_default().iter().enumerate() {
            let place = format!("{place}[{at}]");
            match kind {
                Kind::Texts => self.check(item, &place, Kind::Text)?,
                Kind::Choices(words) => self.check(item, &place, Kind::Choice(words))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn word(&self, node: &Node, word: &str, place: &str, known: &[&str]) -> Result<(), DocumentError> {
        if known.contains(&word) {
            return Ok(());
        }
        Err(self.unknown_word(node.line, place, word, known.iter().copied()))
    }

    fn unknown_word<'w>(
        &self,
        line: usize,
        place: &str,
        word: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> DocumentError {
        let nearest = nearest(word, known).unwrap_or_default().to_owned();
        let problem = DocumentProblem::UnknownWord { key: place.to_owned(), word: word.to_owned(), nearest };
        error(self.file, line, problem)
    }

    /// The error for a word at a key that a list outside of the table of keys does not have.
    pub(crate) fn unknown<'w>(&self, key: &str, word: &str, known: impl IntoIterator<Item = &'w str>) -> DocumentError {
        let line = self.node.get(key).unwrap_or(self.node).line;
        self.unknown_word(line, &self.place(key), word, known)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        debug_assert!(self.keys.iter().any(|known| known.name == key), "{key} is in no list of keys");
        self.node.get(key).is_some()
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::text)
    }

    pub(crate) fn required(&self, key: &str) -> &'a str {
        self.text(key).unwrap_or_default()
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        let items = self.node.get(key).and_then(Node::list).unwrap_or_default();
        items.iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    pub(crate) fn patterns(&self, key: &str) -> Vec<Pattern> {
        self.texts(key).into_iter().map(Pattern::new).collect()
    }

    /// Patterns of paths in a target.
    pub(crate) fn paths(&self, key: &str) -> Vec<Pattern> {
        self.texts(key).iter().map(|text| Pattern::path(text)).collect()
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.node.get(key).and_then(number)
    }

    pub(crate) fn count(&self, key: &str) -> Option<u32> {
        self.text(key)?.parse().ok()
    }

    pub(crate) fn tables(&self, key: &str, keys: &[Key]) -> Result<Vec<Table<'a>>, DocumentError> {
        let items = self.node.get(key).and_then(Node::list).unwrap_or_default();
        let place = self.place(key);
        let tables =
            items.iter().enumerate().map(|(at, item)| Table::new(self.file, &format!("{place}[{at}]"), item, keys));
        tables.collect()
    }

    pub(crate) fn table(&self, key: &str, keys: &[Key]) -> Result<Option<Table<'a>>, DocumentError> {
        let node = self.node.get(key);
        node.map(|node| Table::new(self.file, &self.place(key), node, keys)).transpose()
    }

    /// The scope under a key.
    pub(crate) fn scope(&self, key: &str) -> Result<Option<Scope>, DocumentError> {
        let Some(table) = self.table(key, crate::keys::SCOPE)? else { return Ok(None) };
        let mut variables = Vec::new();
        for (at, variable) in table.tables("variables", crate::keys::VARIABLE)?.iter().enumerate() {
            let attribute: Attribute = variable.required("attribute").parse().map_err(|_| {
                let known = Attribute::ALL.iter().map(|known| known.as_str());
                variable.unknown("attribute", variable.required("attribute"), known)
            })?;
            let name = variable.text("name").map(str::to_owned);
            if name.is_some() && !attribute.has_keys() {
                let reason = format!("`{}` has no keys; leave `name` away", attribute.as_str());
                return Err(variable.error("name", DocumentProblem::Combination { reason }));
            }
            if name.is_none() && attribute.has_keys() {
                let reason = format!("`{}` needs `name`, the key whose value is asked for", attribute.as_str());
                return Err(variable.error("attribute", DocumentProblem::Combination { reason }));
            }
            let value = Pattern::new(variable.required("value"));
            variables.push(Variable { term: format!("v{}", at + 1), attribute, key: name, value });
        }
        let scope = Scope::new(table.text("expression").unwrap_or_default(), variables);
        let key = table.place("expression");
        scope.map(Some).map_err(|error| table.error("expression", DocumentProblem::Scope { key, error }))
    }

    /// The range of versions under a key.
    pub(crate) fn range(&self, key: &str) -> Result<Option<VersionRange>, DocumentError> {
        let range = self.text(key).map(str::parse).transpose();
        range.map_err(|error| self.error(key, DocumentProblem::Range { key: self.place(key), error }))
    }
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Scalar { text, is_plain: true } => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Scalar { .. } | Value::List(_) | Value::Map(_) => None,
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Text | Kind::Word => f.write_str("a text that is not empty"),
            Kind::Texts => f.write_str("a list of texts with at least one"),
            Kind::Number { least, most } => write!(f, "a number from {least} to {most}"),
            Kind::Count { most } => write!(f, "a whole number from 0 to {most}"),
            Kind::Choice(words) => write!(f, "one of {}", words.join(", ")),
            Kind::Choices(words) => write!(f, "a list with at least one of {}", words.join(", ")),
            Kind::Time => f.write_str("a date such as 2026-12-31 or a time such as 2026-12-31T12:00:00Z"),
            Kind::Map(_) => f.write_str("a map"),
            Kind::Maps(_) | Kind::Controls => f.write_str("a list of maps with at least one"),
        }
    }
}
