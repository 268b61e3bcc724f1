//! Functions of lists.

use std::collections::HashSet;

use gotmpl::Value;

use super::super::functions::{argument, refuse, string};
use super::{Functions, MOST, check_items, count, integer, items};

pub(super) const FUNCTIONS: Functions = &[
    ("list", |a| Ok(Value::List(a.into()))),
    ("tuple", |a| Ok(Value::List(a.into()))),
    ("first", |a| Ok(items(a, 0)?.first().cloned().unwrap_or(Value::Nil))),
    ("last", |a| Ok(items(a, 0)?.last().cloned().unwrap_or(Value::Nil))),
    ("rest", |a| Ok(Value::List(items(a, 0)?.get(1..).unwrap_or_default().into()))),
    ("initial", |a| Ok(Value::List(items(a, 0)?.split_last().map(|(_, rest)| rest).unwrap_or_default().into()))),
    ("append", |a| Ok(Value::List(items(a, 0)?.iter().chain([argument(a, 1)?]).cloned().collect()))),
    ("push", |a| Ok(Value::List(items(a, 0)?.iter().chain([argument(a, 1)?]).cloned().collect()))),
    ("prepend", |a| Ok(Value::List([argument(a, 1)?].into_iter().chain(items(a, 0)?).cloned().collect()))),
    ("concat", |a| {
        let mut all = Vec::new();
        for at in 0..a.len() {
            all.extend_from_slice(items(a, at)?);
        }
        if all.len() > MOST { refuse("a list becomes too long") } else { Ok(Value::List(all.into())) }
    }),
    ("reverse", |a| Ok(Value::List(items(a, 0)?.iter().rev().cloned().collect()))),
    ("has", |a| Ok(Value::Bool(items(a, 1)?.iter().any(|item| same(item, &a[0]))))),
    ("without", |a| {
        let others: HashSet<String> = a.get(1..).unwrap_or_default().iter().map(ToString::to_string).collect();
        Ok(Value::List(items(a, 0)?.iter().filter(|item| !others.contains(&item.to_string())).cloned().collect()))
    }),
    ("compact", |a| Ok(Value::List(items(a, 0)?.iter().filter(|item| item.is_truthy()).cloned().collect()))),
    ("uniq", |a| {
        let mut seen = HashSet::new();
        Ok(Value::List(items(a, 0)?.iter().filter(|item| seen.insert(item.to_string())).cloned().collect()))
    }),
    ("sortAlpha", |a| {
        let mut texts: Vec<String> = items(a, 0)?.iter().map(ToString::to_string).collect();
        texts.sort();
        Ok(Value::List(texts.iter().map(string).collect()))
    }),
    ("toStrings", |a| match argument(a, 0)? {
        Value::List(items) => Ok(Value::List(items.iter().map(|item| string(item.to_string())).collect())),
        Value::Nil => Ok(Value::List([].into())),
        other => Ok(Value::List([string(other.to_string())].into())),
    }),
    ("slice", |a| {
        let list = items(a, 0)?;
        let place = |at: usize, otherwise: usize| match a.get(at) {
            Some(_) => integer(a, at).map(|place| usize::try_from(place).unwrap_or(0).min(list.len())),
            None => Ok(otherwise),
        };
        Ok(Value::List(list.get(place(1, 0)?..place(2, list.len())?).unwrap_or_default().into()))
    }),
    ("chunk", |a| {
        let size = count(a, 0)?.max(1);
        let chunks = items(a, 1)?.chunks(size);
        check_items(chunks.len())?;
        Ok(Value::List(chunks.map(|chunk| Value::List(chunk.into())).collect()))
    }),
    ("all", |a| Ok(Value::Bool(a.iter().all(Value::is_truthy)))),
    ("any", |a| Ok(Value::Bool(a.iter().any(Value::is_truthy)))),
    ("coalesce", |a| Ok(a.iter().find(|value| value.is_truthy()).cloned().unwrap_or(Value::Nil))),
    ("default", |a| {
        Ok(match a.get(1) {
            Some(value) if value.is_truthy() => value.clone(),
            _ => argument(a, 0)?.clone(),
        })
    }),
    ("empty", |a| Ok(Value::Bool(!argument(a, 0)?.is_truthy()))),
    ("ternary", |a| Ok(argument(a, usize::from(!argument(a, 2)?.is_truthy()))?.clone())),
];

fn same(one: &Value, other: &Value) -> bool {
    one.to_string() == other.to_string()
}
