//! Recall and false alarms on public examples of the same checks, by kind. Prints the table and holds the floors where
//! the full test data are (`BULKHEAD_TEST_DATA`).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at the first failure, and this one shows what it measures"
)]

use std::collections::BTreeMap;

use misconfiguration::{Options, Tree, check, checks};

/// Kind, and the least share of bad examples that are found and of good ones that are left alone.
const FLOORS: &[(&str, f64, f64)] =
    &[("dockerfile", 0.95, 1.0), ("kubernetes", 0.95, 1.0), ("terraform", 0.80, 0.99), ("cloudformation", 0.80, 0.99)];

#[derive(Default)]
struct Row {
    bad: usize,
    found: usize,
    good: usize,
    clean: usize,
}

#[test]
fn public_examples_are_judged_as_their_authors_do() {
    let Some(path) = test_support::test_data("misconfiguration-examples/examples.jsonl") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in text.lines() {
        let example: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| example[name].as_str().unwrap_or_default();
        let (kind, id, code) = (field("type"), field("id"), field("code"));
        let fails = fails(kind, id, code);
        let row = rows.entry(kind.to_owned()).or_default();
        if field("kind") == "bad" {
            row.bad += 1;
            row.found += usize::from(fails);
        } else {
            row.good += 1;
            row.clean += usize::from(!fails);
        }
        if fails != (field("kind") == "bad") {
            println!("{id} {} example of {kind} is judged wrongly:\n{code}\n", field("kind"));
        }
    }
    println!("| kind | bad | found | recall | good | left alone | share |\n|---|---|---|---|---|---|---|");
    for (kind, row) in &rows {
        let share = |part: usize, all: usize| 100.0 * part as f64 / all as f64;
        println!(
            "| {kind} | {} | {} | {:.1} % | {} | {} | {:.1} % |",
            row.bad,
            row.found,
            share(row.found, row.bad),
            row.good,
            row.clean,
            share(row.clean, row.good)
        );
    }
    for (kind, recall, clean) in FLOORS {
        let row = &rows[*kind];
        assert!(row.found as f64 >= recall * row.bad as f64, "{kind}: {} of {} bad examples", row.found, row.bad);
        assert!(row.clean as f64 >= clean * row.good as f64, "{kind}: {} of {} good examples", row.clean, row.good);
    }
}

fn fails(kind: &str, id: &str, code: &str) -> bool {
    let path = match kind {
        "dockerfile" => "Dockerfile",
        "kubernetes" => "manifest.yaml",
        "terraform" => "main.tf",
        _ => "template.yaml",
    };
    let mut tree = Tree::new();
    tree.insert(path.to_owned().into(), code.as_bytes()).unwrap();
    let options = Options { today: Some("2026-01-01".to_owned()), ..Options::default() };
    let checked = check(&tree, &options);
    for gap in &checked.gaps {
        println!("GAP {id} {}: {}\n{code}", gap.path, gap.reason);
    }
    let Some(wanted) = checks().iter().find(|check| check.is_called(id)) else { return false };
    checked.findings.iter().any(|finding| finding.id == wanted.id)
}
