//! What the documentation says of limits and attacks is true of the code.

use std::fs;
use std::path::PathBuf;

fn root() -> PathBuf {
    test_support::checkout()
}

fn sources() -> Vec<String> {
    let mut texts = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                texts.push(fs::read_to_string(path).expect("sources are text"));
            }
        }
    }
    texts
}

/// The words between backticks in a line.
fn code_words(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn every_attack_names_a_test_that_exists() {
    let document = fs::read_to_string(root().join("docs/known-attacks.md")).expect("the document is there");
    let sources = sources();
    let rows: Vec<&str> =
        document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Attack")).collect();
    assert!(rows.len() > 50, "{} rows", rows.len());
    for row in rows {
        let cell = row.trim_end_matches('|').split(" | ").nth(2).unwrap_or_else(|| panic!("{row} has no test"));
        let mut count = 0;
        for name in code_words(cell) {
            count += 1;
            let name = name.rsplit("::").next().unwrap_or(name);
            let definition = format!("fn {name}()");
            assert!(sources.iter().any(|text| text.contains(&definition)), "{row}: there is no test {name}");
        }
        assert!(count > 0, "{row} names no test");
    }
}

#[test]
fn every_limit_is_that_of_the_code() {
    let document = fs::read_to_string(root().join("docs/reference/limits.md")).expect("the document is there");
    let mut count = 0;
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let Some(place) = code_words(line).find(|word| word.contains(".rs: ")) else { continue };
        let (file, definition) = place.split_once(": ").expect("it names a file and a constant");
        let (name, value) = definition.split_once(" = ").unwrap_or_else(|| panic!("{line} states no value"));
        let text =
            fs::read_to_string(root().join("crates").join(file)).unwrap_or_else(|_| panic!("{file} is not there"));
        // A constant, an option of a library's builder, or an argument.
        let found = text.lines().any(|line| {
            let line = line.trim();
            let constant = line.contains(&format!("const {name}: ")) && line.ends_with(&format!(" = {value};"));
            constant || line.contains(&format!("{name}: {value},"))
        });
        assert!(found, "{file} has no {name} = {value}");
        count += 1;
    }
    assert!(count > 60, "{count} limits");
}
