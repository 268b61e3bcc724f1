//! One rule, ready to be used.

use std::sync::Arc;

use model::Severity;

use crate::mask::Mask;
use crate::pattern::{InvalidPattern, Pattern};
use crate::rule_file::RuleText;
use crate::shapes::Shape;
use crate::validators::Check;

/// A rule: what it looks for, where, and what must hold of it.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) category: Arc<str>,
    pub(crate) severity: Severity,
    pub(crate) aliases: Vec<String>,
    pub(crate) literals: Vec<crate::gate::Literal>,
    pub(crate) kind: Kind,
    /// The group that is the value; the first that took part when absent.
    pub(crate) group: Option<usize>,
    pub(crate) path: Option<Pattern>,
    pub(crate) near: Vec<String>,
    pub(crate) entropy: Option<f64>,
    pub(crate) checks: Vec<Check>,
    pub(crate) mask: Mask,
    pub(crate) in_binaries: bool,
    pub(crate) is_builtin: bool,
    /// Other rules that must find something near, by id, with the most lines and columns between.
    pub(crate) required: Vec<Required>,
    /// Whether it only serves others as a condition.
    pub(crate) is_silent: bool,
}

/// How a rule looks.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A pattern that begins at a literal, or at most so many bytes before it.
    Near { pattern: Pattern, before: usize },
    /// A pattern over all bytes, once a literal stands anywhere among them, or always without literals.
    Anywhere { pattern: Pattern },
    /// An assignment to a name that holds a literal.
    Assignment { key: Pattern, value: Option<Pattern> },
    /// A structure that code reads.
    Shape(Shape),
    /// The file itself, by its path.
    File,
}

/// Another rule that must find something near.
#[derive(Debug, Clone)]
pub(crate) struct Required {
    pub(crate) rule: String,
    pub(crate) within_lines: Option<u64>,
}

/// Why a rule is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRule {
    #[error("`{key}` is missing")]
    Missing { key: &'static str },
    #[error("`{key}` {source}")]
    Pattern { key: &'static str, source: InvalidPattern },
    #[error("`{key}` cannot be `{word}`; use {known}")]
    Word { key: &'static str, word: String, known: &'static str },
    #[error("`literals` has one of fewer than {least} bytes", least = crate::gate::SHORTEST)]
    ShortLiteral,
    #[error("`literals` has one of more than {LONGEST_LITERAL_BYTES} bytes")]
    LongLiteral,
    #[error("`{key}` is {group}, and `regex` has {count} groups")]
    Group { key: &'static str, group: usize, count: usize },
    #[error("`before` is more than {MOST_BEFORE} bytes")]
    Before,
}

/// The longest literal that a rule may have.
pub(crate) const LONGEST_LITERAL_BYTES: usize = 128;
/// How many bytes before its literal a match may begin.
pub(crate) const MOST_BEFORE: usize = 512;

const SEVERITIES: &str = "critical, high, medium or low";

impl Rule {
    /// Makes a rule of what a file says; patterns of built-in rules are compiled when first needed.
    pub(crate) fn new(text: RuleText, is_builtin: bool) -> Result<Rule, InvalidRule> {
        let severity = match text.severity.parse() {
            Ok(severity @ (Severity::Critical | Severity::High | Severity::Medium | Severity::Low)) => severity,
            Ok(Severity::None | Severity::Unknown) | Err(_) => {
                return Err(InvalidRule::Word { key: "severity", word: text.severity, known: SEVERITIES });
            }
        };
        let literals = literals(&text.literals, text.ignore_case)?;
        let pattern = |key: &'static str, pattern: String| made(key, pattern, is_builtin);
        let kind = match (text.regex, text.key, text.shape) {
            (Some(_), None, None) if text.before > MOST_BEFORE => return Err(InvalidRule::Before),
            (Some(regex), None, None) if literals.is_empty() => Kind::Anywhere { pattern: pattern("regex", regex)? },
            (Some(regex), None, None) => Kind::Near { pattern: pattern("regex", regex)?, before: text.before },
            (None, Some(_), None) if literals.is_empty() => return Err(InvalidRule::Missing { key: "literals" }),
            (None, Some(key), None) => Kind::Assignment {
                key: pattern("key", key)?,
                value: text.value.map(|value| pattern("value", format!(r"\A(?:{value})\z"))).transpose()?,
            },
            (None, None, Some(word)) => {
                Kind::Shape(Shape::named(&word).ok_or(InvalidRule::Word { key: "shape", word, known: Shape::NAMES })?)
            }
            _ => return Err(InvalidRule::Missing { key: "regex` or `key" }),
        };
        let checks = text
            .validate
            .into_iter()
            .map(|word| Check::named(&word).ok_or(InvalidRule::Word { key: "validate", word, known: Check::NAMES }));
        let mask = match text.mask.as_deref() {
            None | Some("ends") => Mask::Ends,
            Some("nothing") => Mask::Nothing,
            Some(word) => {
                return Err(InvalidRule::Word { key: "mask", word: word.to_owned(), known: "ends or nothing" });
            }
        };
        let is_assignment = matches!(kind, Kind::Assignment { .. });
        Ok(Rule {
            id: text.id.into(),
            title: text.title.into(),
            category: text.category.unwrap_or_else(|| "custom".to_owned()).into(),
            severity,
            aliases: text.aliases,
            literals,
            kind,
            group: None,
            path: text.path.map(|path| pattern("path", path)).transpose()?,
            near: text.near,
            entropy: text.entropy,
            checks: checks.collect::<Result<_, _>>()?,
            mask,
            in_binaries: text.binary.unwrap_or(!is_assignment),
            is_builtin,
            required: Vec::new(),
            is_silent: false,
        })
    }

    /// Whether this is its name, or one by which another list knows it.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        &*self.id == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// Of two findings in one place the one of the higher rank stays.
    pub(crate) fn rank(&self) -> u8 {
        match (&self.kind, &*self.category) {
            (_, "generic") => 0,
            (Kind::File, _) => 1,
            // They say how a value is used, others what it is.
            (Kind::Near { .. } | Kind::Anywhere { .. }, "password" | "connection-string") => 2,
            (Kind::Assignment { .. }, _) => 3,
            (Kind::Near { .. } | Kind::Anywhere { .. }, _) => 4 + u8::from(!self.checks.is_empty()),
            (Kind::Shape(_), _) => 6 + u8::from(!self.near.is_empty()),
        }
    }

    /// The memory of its compiled patterns.
    pub(crate) fn size_bytes(&self) -> usize {
        let kind = match &self.kind {
            Kind::Near { pattern, .. } | Kind::Anywhere { pattern } => pattern.size_bytes(),
            Kind::Assignment { key, value } => key.size_bytes() + value.as_ref().map_or(0, Pattern::size_bytes),
            Kind::Shape(_) | Kind::File => 0,
        };
        kind + self.path.as_ref().map_or(0, Pattern::size_bytes)
    }
}

fn made(key: &'static str, text: String, is_builtin: bool) -> Result<Pattern, InvalidRule> {
    if is_builtin {
        return Ok(Pattern::lazy(text));
    }
    let pattern = if key == "regex" { Pattern::finding(&text) } else { Pattern::checked(&text) };
    pattern.map_err(|source| InvalidRule::Pattern { key, source })
}

fn literals(texts: &[String], ignore_case: bool) -> Result<Vec<crate::gate::Literal>, InvalidRule> {
    let literal = |text: &String| {
        let mut bytes = match text.strip_prefix("hex:") {
            Some(digits) => hex_bytes(digits).ok_or_else(|| InvalidRule::Word {
                key: "literals",
                word: text.clone(),
                known: "pairs of hexadecimal digits after `hex:`",
            })?,
            None => text.as_bytes().to_vec(),
        };
        if bytes.len() < crate::gate::SHORTEST {
            return Err(InvalidRule::ShortLiteral);
        }
        if bytes.len() > LONGEST_LITERAL_BYTES {
            return Err(InvalidRule::LongLiteral);
        }
        if ignore_case {
            bytes.make_ascii_lowercase();
        }
        Ok(crate::gate::Literal { bytes, ignore_case })
    };
    texts.iter().map(literal).collect()
}

fn hex_bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if digits.len() % 2 == 1 {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    digits.chunks_exact(2).map(|pair| Some(value(pair[0])? * 16 + value(pair[1])?)).collect()
}
