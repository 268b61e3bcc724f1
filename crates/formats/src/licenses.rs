//! Which sort of word a declared license is: an SPDX id, an SPDX expression, or free text.

/// A declared license, ready to be written into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LicenseWord<'a> {
    /// An id of the SPDX license list, spelled as there.
    Id(&'static str),
    /// A compound SPDX expression of such ids.
    Expression(&'a str),
    /// Anything else.
    Name(&'a str),
}

/// Ids of the license list that the schema of CycloneDX 1.6 does not have, sorted; a test compares the two.
const UNKNOWN_TO_CYCLONEDX: [&str; 20] = [
    "BSD-2-Clause-pos-unchanged",
    "BSD-3-Clause-OpenWebUI",
    "BSD-Source-Code-no-disclaimer",
    "BSD-Source-alt-GPL",
    "BSD-ask-to-endorse",
    "Brian-Gladman-3-Clause-no-conversion",
    "Bugroff",
    "CC-BY-NC-3.0-IGO",
    "FDK-MPEG-H",
    "GFDL-1.1-invariants",
    "GFDL-1.1-no-invariants",
    "GFDL-1.2-invariants",
    "GFDL-1.2-no-invariants",
    "GFDL-1.3-invariants",
    "GFDL-1.3-no-invariants",
    "Hippocratic-3.0-core",
    "Informatica",
    "MVT-1.1",
    "NOASSERTION",
    "atc-game",
];

/// Whether CycloneDX 1.6 knows the id; to CycloneDX, others are names.
pub(crate) fn is_cyclonedx_id(id: &str) -> bool {
    UNKNOWN_TO_CYCLONEDX.binary_search(&id).is_err()
}

/// Tells which sort of word `license` is.
pub(crate) fn license_word(license: &str) -> LicenseWord<'_> {
    if let Some(id) = spdx::license_id(license) {
        return LicenseWord::Id(id.name);
    }
    match spdx::Expression::parse(license) {
        Ok(_) => LicenseWord::Expression(license),
        Err(_) => LicenseWord::Name(license),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_ids_are_found() {
        assert!(UNKNOWN_TO_CYCLONEDX.is_sorted());
        assert!(is_cyclonedx_id("MIT") && !is_cyclonedx_id("atc-game"));
    }

    #[test]
    fn words_are_told_apart() {
        assert_eq!(license_word("MIT"), LicenseWord::Id("MIT"));
        assert_eq!(license_word("MIT OR Apache-2.0"), LicenseWord::Expression("MIT OR Apache-2.0"));
        assert_eq!(license_word("BSD-like, see file"), LicenseWord::Name("BSD-like, see file"));
    }
}
