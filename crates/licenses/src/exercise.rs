//! The door for fuzzing and for tests over a corpus: no interface, nothing else may use it.

use crate::{License, identifier_tags, licenses_of_text};

/// Reads a declaration. Whatever it becomes must be read as the same thing again.
pub fn expression(bytes: &[u8]) {
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

/// Reads a text: its license, and the tags in it.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    licenses_of_text(&text);
    identifier_tags(&text);
}
