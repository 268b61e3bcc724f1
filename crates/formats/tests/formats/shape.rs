//! What policies are told that a report can have (`content/report/shape.json`), against what reports do have and what
//! `docs/reference/report.md` says of them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::sample;

fn workspace() -> PathBuf {
    test_support::checkout()
}

fn shape() -> Value {
    let text = std::fs::read_to_string(workspace().join("content/report/shape.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What of a document no shape has.
fn unfit(place: &str, document: &Value, shapes: &[&Value], unknown: &mut BTreeSet<String>) {
    if shapes.iter().any(|shape| shape.as_str() == Some("any")) {
        return;
    }
    match document {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{place}.{name}");
                let inner: Vec<&Value> = shapes
                    .iter()
                    .filter_map(|shape| shape.as_object())
                    .filter_map(|shape| shape.get("*").or_else(|| shape.get(name)))
                    .collect();
                match inner.is_empty() {
                    true => _ = unknown.insert(place),
                    false => unfit(&place, value, &inner, unknown),
                }
            }
        }
        Value::Array(items) => {
            let inner: Vec<&Value> = shapes.iter().filter_map(|shape| shape.as_array()).flatten().collect();
            items.iter().for_each(|item| unfit(&format!("{place}[]"), item, &inner, unknown));
        }
        _ => {}
    }
}

#[test]
fn reports_have_nothing_that_policies_are_not_told_of() {
    let shape = shape();
    let mut unknown = BTreeSet::new();
    for report in [sample::rich(), sample::odd()] {
        unfit("report", &formats::report_document(&report), &[&shape], &mut unknown);
    }
    assert_eq!(unknown, BTreeSet::new(), "add these to content/report/shape.json");
}

#[test]
fn what_policies_are_told_of_stands_in_the_reference() {
    fn names(shape: &Value, found: &mut BTreeSet<String>) {
        match shape {
            Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
                found.insert(name.clone());
                names(inner, found);
            }),
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    names(&shape(), &mut found);
    found.remove("*");
    let read = |page: &str| std::fs::read_to_string(workspace().join("docs/reference").join(page)).unwrap();
    let pages = read("report.md") + &read("vex.md");
    let is_missing = |name: &&String| !pages.contains(&format!("`{name}`")) && !pages.contains(&format!("`{name}[]`"));
    let missing: Vec<&String> = found.iter().filter(is_missing).collect();
    assert_eq!(missing, [""; 0], "say what these fields mean");
}
