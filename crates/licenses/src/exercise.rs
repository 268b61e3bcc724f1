//! The door for fuzzing and for tests over a corpus: no interface, nothing else may use it.

use crate::{License, is_license_file, licenses_of_file, licenses_of_tags};

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    ["license_expression", "license_text"].into_iter()
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when something has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    match target {
        "license_expression" => expression(bytes),
        "license_text" => text(bytes),
        _ => panic!("there is no target {target}"),
    }
}

/// Reads a declaration. Whatever it becomes must be read as the same thing again.
fn expression(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let license = License::parse(&text);
    let written = license.to_string();
    let again = License::parse(&written);
    assert_eq!(again.category(), license.category(), "{written:?}");
    assert_eq!(again.to_string(), written);
    if license.is_spdx() {
        assert!(spdx::Expression::parse(&written).is_ok(), "{written:?} is no SPDX expression");
    }
}

/// Reads a file: its first line is its name, the rest its content.
fn text(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (name, content) = bytes.split_at(end);
    let name = String::from_utf8_lossy(name);
    is_license_file(&name);
    let found = licenses_of_file(&name, content);
    for license in found.iter().chain(&licenses_of_tags(content)) {
        assert!(license.confidence_percent.is_none_or(|percent| percent <= 100));
        assert_eq!(License::parse(&license.name).category(), license.category, "{}", license.name);
    }
}
