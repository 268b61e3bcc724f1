//! The table of rules in `docs/reference/secrets.md` is that of the built-in rules.

use std::fmt::Write;

use secrets::SecretRules;

#[test]
fn the_table_of_the_reference_is_that_of_the_rules() {
    let rules = SecretRules::builtin();
    let mut table = String::from("| rule | what it finds | category | severity |\n|---|---|---|---|\n");
    for (id, title, category, severity) in rules.list() {
        writeln!(table, "| `{id}` | {title} | {category} | {severity} |").expect("a text takes everything");
    }
    let path = test_support::checkout().join("docs/reference/secrets.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (text, known) = page.split_once("## The rules\n\n").expect("the page has the chapter");
    if known != table {
        // As expect-test renews its texts.
        if std::env::vars_os().any(|(name, _)| name == "UPDATE_EXPECT") {
            std::fs::write(&path, format!("{text}## The rules\n\n{table}")).expect("the page can be written");
            return;
        }
        panic!("the table is not true; UPDATE_EXPECT=1 cargo test -p secrets reference renews it");
    }
}
