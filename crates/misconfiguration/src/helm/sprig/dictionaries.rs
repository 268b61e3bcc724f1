//! Functions of dictionaries. Values do not change: `set` and `unset` are spelled as functions that give a new one
//! (`functions::spell_methods`).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use gotmpl::{Result, Value};

use super::super::functions::{argument, refuse, string, text};
use super::super::value::map;
use super::{Functions, fields};

pub(super) const FUNCTIONS: Functions = &[
    ("dict", |a| {
        let pairs = a.chunks(2).map(|pair| (pair[0].to_string(), pair.get(1).cloned().unwrap_or(Value::Nil)));
        let pairs: Vec<(String, Value)> = pairs.collect();
        Ok(map(pairs.iter().map(|(key, value)| (key.as_str(), value.clone()))))
    }),
    ("get", |a| Ok(fields(a, 0)?.get(text(a, 1)?.as_str()).cloned().unwrap_or_else(|| string("")))),
    ("hasKey", |a| Ok(Value::Bool(fields(a, 0)?.contains_key(text(a, 1)?.as_str())))),
    ("keys", |a| {
        Ok(Value::List(
            a.iter()
                .filter_map(|v| if let Value::Map(m) = v { Some(m) } else { None })
                .flat_map(|m| m.keys().cloned().map(Value::String))
                .collect(),
        ))
    }),
    ("values", |a| Ok(Value::List(fields(a, 0)?.values().cloned().collect()))),
    ("pluck", |a| {
        let name = text(a, 0)?;
        let found = a.iter().skip(1).filter_map(|dictionary| dictionary.field(&name).cloned());
        Ok(Value::List(found.collect()))
    }),
    ("pick", |a| {
        let names = names(a);
        Ok(filtered(fields(a, 0)?, |key| names.contains(key)))
    }),
    ("omit", |a| {
        let names = names(a);
        Ok(filtered(fields(a, 0)?, |key| !names.contains(key)))
    }),
    ("merge", |a| Ok(a.iter().skip(1).fold(argument(a, 0)?.clone(), |merged, next| merged_over(&merged, next)))),
    ("mergeOverwrite", |a| {
        Ok(a.iter().skip(1).fold(argument(a, 0)?.clone(), |merged, next| merged_over(next, &merged)))
    }),
    ("deepCopy", |a| Ok(argument(a, 0)?.clone())),
    ("dig", dig),
    ("setOf", |a| Ok(with_field(fields(a, 0)?, &text(a, 1)?, argument(a, 2)?.clone()))),
    ("unsetOf", |a| {
        let name = text(a, 1)?;
        Ok(filtered(fields(a, 0)?, |key| key != name))
    }),
    ("set", |_| refuse("`set` changes a dictionary in place, which is not rendered")),
    ("unset", |_| refuse("`unset` changes a dictionary in place, which is not rendered")),
];

/// The arguments behind the first, as keys.
fn names(a: &[Value]) -> HashSet<String> {
    a.iter().skip(1).map(ToString::to_string).collect()
}

fn with_field(fields: &BTreeMap<Arc<str>, Value>, name: &str, value: Value) -> Value {
    let mut fields = fields.clone();
    fields.insert(Arc::from(name), value);
    Value::Map(Arc::new(fields))
}

fn filtered(fields: &BTreeMap<Arc<str>, Value>, keep: impl Fn(&str) -> bool) -> Value {
    map(fields.iter().filter(|(key, _)| keep(key)).map(|(key, value)| (&**key, value.clone())))
}

/// A dictionary with what another has and it has not, at every depth.
fn merged_over(over: &Value, under: &Value) -> Value {
    let (Value::Map(over), Value::Map(under)) = (over, under) else { return over.clone() };
    let mut merged = (**under).clone();
    for (key, value) in over.iter() {
        let value = match merged.get(key) {
            Some(known @ Value::Map(_)) => merged_over(value, known),
            _ => value.clone(),
        };
        merged.insert(Arc::clone(key), value);
    }
    Value::Map(Arc::new(merged))
}

/// `dig "a" "b" default dictionary`.
fn dig(a: &[Value]) -> Result<Value> {
    let [keys @ .., default, dictionary] = a else { return refuse("an argument is missing") };
    let mut here = dictionary;
    for key in keys {
        match here.field(&key.to_string()) {
            Some(next) => here = next,
            None => return Ok(default.clone()),
        }
    }
    Ok(here.clone())
}
