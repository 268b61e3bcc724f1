//! Packs the rules of `content/rules/secrets` without their examples, so that starting parses no text.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "a build script is told its folders by the environment")]

#[path = "src/rule_file.rs"]
mod rule_file;

use std::path::Path;

fn main() {
    let folder =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../content/rules/secrets");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=src/rule_file.rs");
    let mut paths: Vec<_> = folder
        .read_dir()
        .expect("the folder of rules is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    let mut all = rule_file::RuleFile::default();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a file of rules is text");
        let mut file: rule_file::RuleFile =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for rule in &mut file.rules {
            rule.category = rule.category.take().or_else(|| file.category.clone());
            rule.matches.clear();
            rule.ignores.clear();
            rule.example_path = None;
        }
        all.rules.append(&mut file.rules);
        all.allow.append(&mut file.allow);
    }
    let packed = postcard::to_stdvec(&all).expect("rules are plain data");
    let target = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&target).join("rules.bin"), packed).expect("cargo's folder can be written to");
}
