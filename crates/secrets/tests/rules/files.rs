//! The files of `content/rules/secrets`, read as data.

use toml::{Table, Value};

/// One example of a rule.
pub(crate) struct Example {
    pub(crate) file: String,
    pub(crate) rule: String,
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) must_match: bool,
}

/// The name and text of each file, sorted.
pub(crate) fn texts() -> Vec<(String, String)> {
    let folder = test_support::checkout().join("content/rules/secrets");
    let entries = folder.read_dir().expect("the folder is there").flatten().map(|entry| entry.path());
    let mut texts: Vec<(String, String)> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a file of rules is text"))
        })
        .collect();
    texts.sort();
    texts
}

/// Each rule with the name of its family.
pub(crate) fn rules() -> Vec<(String, Table)> {
    let mut rules = Vec::new();
    for (file, text) in texts() {
        let table: Table = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        let family = file.trim_end_matches(".toml").to_owned();
        for rule in table.get("rule").and_then(Value::as_array).into_iter().flatten() {
            rules.push((family.clone(), rule.as_table().expect("a rule is a table").clone()));
        }
    }
    rules
}

/// A text of a rule; empty when there is none.
pub(crate) fn text(rule: &Table, key: &str) -> String {
    rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Every example of every rule, made whole.
pub(crate) fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for (file, rule) in rules() {
        let path = Some(text(&rule, "example_path")).filter(|path| !path.is_empty());
        for (key, must_match) in [("matches", true), ("ignores", false)] {
            for example in rule.get(key).and_then(Value::as_array).into_iter().flatten() {
                examples.push(Example {
                    file: file.clone(),
                    rule: text(&rule, "id"),
                    path: path.clone().unwrap_or_else(|| "app/settings.conf".to_owned()),
                    text: example.as_str().expect("an example is a text").replace("<+>", ""),
                    must_match,
                });
            }
        }
    }
    examples
}
