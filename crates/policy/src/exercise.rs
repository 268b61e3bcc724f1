//! A door for fuzz targets and for the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface: nothing else may use it, and it changes without notice.

use std::cell::Cell;

use model::{Gap, Inventory, ScanReport, ScanTarget, TargetKind};
use serde_json::json;

use crate::custom::MOST_STEPS_TOGETHER;
use crate::filter::{Filter, Key, Kind, LONGEST_FILTER_BYTES, MOST_TERMS};
use crate::{Attribute, CustomCheck, Facts, Pattern, RegoCheck, Scope, Variable};

/// A name and what it runs.
type Target = (&'static str, fn(&str));

const TARGETS: &[Target] = &[
    ("aqua_policy", aqua_policy),
    ("custom_check", custom_check),
    ("exceptions", exceptions),
    ("filter", filter),
    ("ignore_file", ignore_file),
    ("policy", policy),
    ("profile", profile),
    ("rego_check", rego_check),
    ("scope_expression", scope_expression),
];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|(target, _)| *target)
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when something has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let known = TARGETS.iter().find(|(known, _)| *known == target);
    known.expect("the caller names a target of the list").1(text);
}

/// A policy that reads is judged by, twice with the same verdict, and checked; one that does not is told in one line.
fn policy(text: &str) {
    match crate::read_policy("p.yaml", text) {
        Ok(policy) => {
            let report = report();
            let facts = Facts::new(&report).with_document(json!({"target": {"name": "a"}, "findings": []}));
            let policies = [policy];
            let verdict = crate::judge(&policies, &[], &facts, 1_800_000_000);
            assert_eq!(verdict, crate::judge(&policies, &[], &facts, 1_800_000_000));
            crate::check_policies(&policies, &[], 1_800_000_000);
        }
        Err(error) => one_line(&error.to_string()),
    }
}

/// A profile is known by its schema alone, and reads or is told in one line.
fn profile(text: &str) {
    match crate::read_profile("p.json", text) {
        Ok(profile) => {
            assert!(crate::is_profile(text));
            let rules = profile.outbound.iter().chain(&profile.inbound).flatten();
            assert!(rules.into_iter().all(|rule| rule.ports.0 <= rule.ports.1));
        }
        Err(error) => one_line(&error.to_string()),
    }
}

fn exceptions(text: &str) {
    exceptions_of("e.yaml", text);
}

/// The same bytes as either shape of an ignore file.
fn ignore_file(text: &str) {
    exceptions_of(".trivyignore", text);
    exceptions_of("trivyignore.yaml", text);
}

/// What reads is applied, and the verdict tells of all of it.
fn exceptions_of(file: &str, text: &str) {
    match crate::read_exceptions(file, text) {
        Ok(exceptions) => {
            let mut report = report();
            crate::apply_exceptions(&mut report, &exceptions, 1_800_000_000);
            let verdict = crate::judge(&[], &exceptions, &Facts::new(&report), 1_800_000_000);
            assert_eq!(verdict.exceptions.len(), exceptions.len());
        }
        Err(error) => one_line(&error.to_string()),
    }
}

/// A filter reads the same with spaces around it, or is told with a place that it has.
fn filter(text: &str) {
    const KEYS: &[Key] = &[
        Key { name: "image", kind: Kind::Text, sorts: true, meaning: "", example: "" },
        Key { name: "score", kind: Kind::Number, sorts: true, meaning: "", example: "" },
        Key { name: "seen", kind: Kind::Time, sorts: false, meaning: "", example: "" },
        Key { name: "severity", kind: Kind::Words(&["low", "high"]), sorts: true, meaning: "", example: "" },
        Key { name: "fixable", kind: Kind::Flag, sorts: false, meaning: "", example: "" },
    ];
    match Filter::read(text, KEYS, 1_800_000_000_000_000) {
        Ok(filter) => {
            assert!(filter.terms.len() <= MOST_TERMS);
            // Near the longest that is read, the spaces would be too much.
            let spaced = format!(" {text}\u{3000}");
            let spaced = if spaced.len() > LONGEST_FILTER_BYTES { text } else { &spaced };
            assert_eq!(Filter::read(spaced, KEYS, 1_800_000_000_000_000).as_ref(), Ok(&filter));
            let keys = filter.terms.iter().filter_map(|term| term.key);
            assert!(keys.into_iter().all(|key| KEYS.iter().any(|known| known.name == key)));
        }
        Err(error) => {
            assert!((1..=text.chars().count().max(1)).contains(&error.position), "{error}");
        }
    }
}

/// What reads means the same when all its blanks are gone, and errors point into the text.
fn scope_expression(text: &str) {
    let variable =
        |at| Variable { term: format!("v{at}"), attribute: Attribute::TargetName, key: None, value: Pattern::new("a") };
    let read = |text: &str| Scope::new(text, (1..=4).map(variable).collect());
    match read(text) {
        Ok(scope) => {
            let tight: String = scope.expression().split_whitespace().collect();
            let tight = read(&tight).expect("blanks mean nothing");
            assert_eq!(scope.can_be(), tight.can_be());
        }
        Err(error) => {
            assert!(error.position <= text.trim().chars().count() + 1, "{error}");
            one_line(&error.to_string());
        }
    }
}

fn custom_check(text: &str) {
    match CustomCheck::new(text, "m", None) {
        Ok(check) => {
            let findings: Vec<_> =
                (0..200).map(|at| json!({"id": format!("CVE-2024-{at}"), "severity": "high"})).collect();
            let document = json!({"target": {"name": "a"}, "findings": findings, "packages": []});
            let report = report();
            let facts = Facts::new(&report).with_document(document);
            if let Err(problem) = facts.cel().and_then(|report| check.passes(report, &Cell::new(MOST_STEPS_TOGETHER))) {
                one_line(&problem.to_string());
            }
        }
        Err(error) => one_line(&error.to_string()),
    }
}

/// What reads is asked within few steps, twice with the same answer; what is imported can be read. Here is no process with
/// limits: programs that nest calls or double what they share are found by their size alone.
fn rego_check(text: &str) {
    const FEW_STEPS: u64 = 10_000;
    match RegoCheck::new(text, &[]) {
        Ok(check) => {
            let document = json!({"target": {"name": "a"}, "findings": [{"id": "CVE-2024-1", "severity": "high"}]});
            let answer = check.ask_within(&document, FEW_STEPS);
            assert_eq!(answer, check.ask_within(&document, FEW_STEPS));
            if let Err(problem) = answer {
                one_line(&problem.to_string());
            }
        }
        Err(error) => one_line(&error.to_string()),
    }
    if let Ok(imported) = crate::import_rego(text) {
        assert!(crate::read_policy("p.yaml", &imported.policy).is_ok(), "{}", imported.policy);
    }
}

/// What is imported can be read.
fn aqua_policy(text: &str) {
    match crate::import_aqua("a.json", text) {
        Ok(imported) => {
            if let Err(error) = crate::read_policy("p.yaml", &imported.policy) {
                one_line(&error.to_string());
            }
        }
        Err(error) => one_line(&error.to_string()),
    }
}

fn one_line(error: &str) {
    assert!(error.lines().count() == 1, "an error is one sentence: {error}");
}

fn report() -> ScanReport {
    ScanReport {
        target: ScanTarget { name: "a".into(), kind: TargetKind::Image, digest: None, platform: None },
        inventory: Inventory { gaps: vec![Gap::new("a/b", "it is torn")], ..Inventory::default() },
        detectors: Default::default(),
        findings: Vec::new(),
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
    }
}
