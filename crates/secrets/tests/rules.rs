//! The built-in rules: each finds its examples and leaves the others alone, in whatever files they stand.

#[path = "rules/contexts.rs"]
mod contexts;
#[path = "rules/files.rs"]
mod files;
#[path = "rules/key_names.rs"]
mod key_names;
#[path = "rules/published.rs"]
mod published;
#[path = "rules/reference.rs"]
mod reference;
#[path = "rules/services.rs"]
mod services;
#[path = "rules/side_by_side.rs"]
mod side_by_side;

use std::collections::{BTreeMap, BTreeSet};

use files::{Example, examples};
use secrets::{Place, SecretRules};

/// The ids of the rules that find something in the example.
fn found(rules: &SecretRules, path: &str, text: &str) -> Vec<String> {
    let outcome = rules.scan(text.as_bytes(), Place::file(path));
    outcome.secrets.iter().map(|secret| secret.rule.to_string()).collect()
}

#[test]
fn every_rule_finds_its_examples_and_leaves_the_others_alone() {
    let rules = SecretRules::builtin();
    let mut failures = Vec::new();
    let mut table: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for Example { file, rule, path, text, must_match } in examples() {
        let row = table.entry(file).or_default();
        let found = found(&rules, &path, &text);
        let is_found = found.contains(&rule);
        // What must not match must not be found by another rule of the same kind under another name either.
        match (must_match, is_found) {
            (true, true) => row[0] += 1,
            (true, false) => {
                row[1] += 1;
                failures.push(format!("{rule} does not find: {text} ({path}; found: {found:?})"));
            }
            (false, true) => {
                row[2] += 1;
                failures.push(format!("{rule} finds what it must not: {text}"));
            }
            (false, false) => row[3] += 1,
        }
    }
    println!("{:<18} {:>8} {:>8} {:>10} {:>8}", "family", "found", "missed", "mistaken", "quiet");
    for (family, [hit, missed, mistaken, quiet]) in &table {
        println!("{family:<18} {hit:>8} {missed:>8} {mistaken:>10} {quiet:>8}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_built_in_rule_is_taken_and_has_its_own_id() {
    let list = SecretRules::builtin();
    let ids: Vec<&str> = list.list().iter().map(|(id, ..)| *id).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "an id is given twice");
    let texts: BTreeSet<String> = files::rules().into_iter().map(|(_, rule)| files::text(&rule, "id")).collect();
    let taken: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(taken, texts, "a rule of the files is not taken");
}

#[test]
fn every_pattern_of_the_built_in_rules_compiles() {
    for (file, text) in files::texts() {
        let user = [secrets::UserRules { name: &file, text: &text }];
        let rules = SecretRules::with_rules(&user);
        assert!(rules.is_ok(), "{}", rules.err().map(|error| error.to_string()).unwrap_or_default());
    }
}

#[test]
fn every_rule_has_an_example_that_must_match_and_one_that_must_not() {
    // Keys in binary forms cannot be written into a text; `tests/rules/contexts.rs` makes them.
    let binary = [
        "der-private-key",
        "der-private-key-encrypted",
        "pgp-private-key-file",
        "pgp-private-key-file-encrypted",
        "pkcs12-key-store",
        "java-key-store",
        "encoded-private-key",
        "kubernetes-secret",
    ];
    let examples = examples();
    for (_, rule) in files::rules() {
        let id = files::text(&rule, "id");
        let has = |must_match| examples.iter().any(|example| example.rule == id && example.must_match == must_match);
        assert!(binary.contains(&id.as_str()) || has(true) && has(false), "{id} lacks an example");
    }
}

#[test]
fn no_example_stands_in_the_files_of_rules_as_a_secret_itself() {
    let rules = SecretRules::builtin();
    let mut all = Vec::new();
    for (file, text) in files::texts() {
        let outcome = rules.scan(text.as_bytes(), Place::file(&format!("content/rules/secrets/{file}")));
        all.extend(outcome.secrets.iter().map(|secret| format!("{file}:{} {}", secret.line, secret.rule)));
    }
    assert!(all.is_empty(), "{all:#?}; break the examples with <+>");
}

#[test]
fn nothing_of_a_value_shows_but_its_ends() {
    let rules = SecretRules::builtin();
    for Example { rule, path, text, must_match, .. } in examples() {
        if !must_match {
            continue;
        }
        for secret in rules.scan(text.as_bytes(), Place::file(&path)).secrets {
            let shown = format!("{secret:?}");
            let value = &text[secret.value.start as usize..secret.value.end as usize];
            let half = &value[value.ceil_char_boundary(value.len() / 2)..];
            assert!(half.len() < 6 || !shown.contains(half) || half.contains('@'), "{rule}: {shown}");
        }
    }
}

#[test]
fn every_title_is_written_in_japanese_too() {
    let words: serde_json::Value =
        serde_json::from_str(include_str!("../../../content/messages/found.ja.json")).unwrap();
    let titles: BTreeSet<String> =
        SecretRules::builtin().list().iter().map(|(_, title, ..)| (*title).to_owned()).collect();
    let written: BTreeSet<String> = words["secrets"].as_object().unwrap().keys().cloned().collect();
    let unsaid: Vec<&String> = titles.symmetric_difference(&written).collect();
    assert!(unsaid.is_empty(), "content/messages/found.ja.json and the rules differ in: {unsaid:?}");
}
