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
    fn words_are_told_apart() {
        assert_eq!(license_word("MIT"), LicenseWord::Id("MIT"));
        assert_eq!(license_word("MIT OR Apache-2.0"), LicenseWord::Expression("MIT OR Apache-2.0"));
        assert_eq!(license_word("BSD-like, see file"), LicenseWord::Name("BSD-like, see file"));
    }
}
