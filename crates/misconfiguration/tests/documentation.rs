//! The page that lists every check is true. Renewed with `UPDATE_EXPECT=1`.

#![allow(clippy::unwrap_used, reason = "a test stops at the first failure, and this one shows what it measures")]

use std::collections::BTreeMap;
use std::fmt::Write;

use misconfiguration::{Check, checks};

const PAGE: &str = "docs/reference/misconfigurations.md";
const BEGIN: &str = "<!-- The tables below are written by crates/misconfiguration/tests/documentation.rs. -->\n";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable asks for the page to be renewed, as it does of golden files"
)]
fn the_page_lists_every_check() {
    let path = test_support::checkout().join(PAGE);
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (introduction, listed) = page.split_once(BEGIN).expect("the page has the place where its tables begin");
    let tables = tables();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, format!("{introduction}{BEGIN}{tables}")).expect("the page can be written");
    } else {
        assert!(listed == tables, "{PAGE} is not what the checks say; renew it with UPDATE_EXPECT=1");
    }
}

fn tables() -> String {
    let mut by_kind: BTreeMap<&str, Vec<&Check>> = BTreeMap::new();
    for check in checks() {
        by_kind.entry(check.looks_at()).or_default().push(check);
    }
    let mut out = String::new();
    for (kind, checks) in by_kind {
        write!(out, "\n## {kind}\n\n| Id | Other ids | Severity | What is wrong | Remedy |\n|---|---|---|---|---|\n")
            .unwrap();
        for check in checks {
            let aliases: Vec<String> = check.aliases.iter().map(|alias| format!("`{alias}`")).collect();
            let (severity, title, remedy) =
                (check.severity, check.title.replace('|', "\\|"), check.remedy.replace('|', "\\|"));
            writeln!(out, "| `{}` | {} | {severity} | {title} | {remedy} |", check.id, aliases.join(", ")).unwrap();
        }
    }
    out
}
