//! The functions of Sprig that charts use (Sprig, function documentation), and what they have in common.

mod dictionaries;
mod fixed;
mod kinds;
mod lists;
mod numbers;
mod paths;
mod texts;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::{Result, Template, Value};

use super::functions::{argument, refuse, string};
use super::work::Work;

/// Bytes of a text, and items of a list, that one call may make.
const MOST: usize = 1 << 20;

/// Parts of a text that become items of a list.
const MOST_PARTS: usize = 100_000;

type Function = fn(&[Value]) -> Result<Value>;

/// Functions by their names.
type Functions = &'static [(&'static str, Function)];

const TABLES: &[Functions] = &[
    texts::FUNCTIONS,
    numbers::FUNCTIONS,
    lists::FUNCTIONS,
    dictionaries::FUNCTIONS,
    kinds::FUNCTIONS,
    paths::FUNCTIONS,
    fixed::FUNCTIONS,
    versions::FUNCTIONS,
];

/// Functions that are there a second time with `must` before their names, and fail there where the others give nothing. What
/// cannot be rendered is a gap either way.
const MUST: &[&str] = &[
    "append",
    "chunk",
    "compact",
    "dateModify",
    "deepCopy",
    "first",
    "has",
    "initial",
    "last",
    "merge",
    "mergeOverwrite",
    "prepend",
    "push",
    "rest",
    "reverse",
    "slice",
    "toDate",
    "uniq",
    "without",
];

/// Gives a template every function.
pub(super) fn register(template: Template, work: &Arc<Work>) -> Template {
    TABLES.iter().copied().flatten().fold(template, |template, (name, function)| {
        let template = template.func(name, work.bound(*function));
        if MUST.contains(name) { template.func(&must(name), work.bound(*function)) } else { template }
    })
}

/// `mustFirst` of `first`.
pub(super) fn must(name: &str) -> String {
    format!("must{}{}", name[..1].to_ascii_uppercase(), &name[1..])
}

fn bounded(text: String) -> Result<Value> {
    if text.len() > MOST { refuse("a text becomes too long") } else { Ok(string(text)) }
}

/// Refuses a text before it is made.
fn check_length(bytes: usize) -> Result<()> {
    if bytes > MOST { refuse("a text becomes too long") } else { Ok(()) }
}

/// Refuses a list before it is made.
fn check_items(count: usize) -> Result<()> {
    if count > MOST_PARTS { refuse("a list becomes too long") } else { Ok(()) }
}

#[expect(clippy::cast_possible_truncation, reason = "what is beyond an i64 ends at its ends")]
fn integer(a: &[Value], place: usize) -> Result<i64> {
    Ok(match argument(a, place)? {
        Value::Int(number) => *number,
        other => number(other) as i64,
    })
}

fn count(a: &[Value], place: usize) -> Result<usize> {
    Ok(usize::try_from(integer(a, place)?.max(0)).unwrap_or(usize::MAX))
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.trim().parse().unwrap_or(0.0),
        Value::Bool(value) => f64::from(u8::from(*value)),
        other => other.as_float().or_else(|| other.to_string().parse().ok()).unwrap_or(0.0),
    }
}

fn items(a: &[Value], place: usize) -> Result<&[Value]> {
    match argument(a, place)? {
        Value::List(items) => Ok(items),
        Value::Nil => Ok(&[]),
        other => refuse(&format!("a list is needed, and this is {}", other.type_name())),
    }
}

fn fields(a: &[Value], place: usize) -> Result<&BTreeMap<Arc<str>, Value>> {
    match argument(a, place)? {
        Value::Map(fields) => Ok(fields),
        other => refuse(&format!("a dictionary is needed, and this is {}", other.type_name())),
    }
}

#[cfg(test)]
mod tests;
