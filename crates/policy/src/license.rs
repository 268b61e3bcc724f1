//! Licenses of packages against patterns of names.

use spdx::{Expression, LicenseItem, LicenseReq, ParseMode};

use crate::Pattern;

/// The longest license expression that is read as one, in bytes.
pub(crate) const LONGEST_LICENSE_BYTES: usize = 16 << 10;

/// A license text of a package: an SPDX expression, or words that are none.
pub(crate) struct License {
    pub(crate) text: String,
    expression: Option<Expression>,
}

impl License {
    pub(crate) fn new(text: &str) -> License {
        let is_short = text.len() <= LONGEST_LICENSE_BYTES;
        let expression = if is_short { Expression::parse_mode(text, ParseMode::LAX).ok() } else { None };
        License { text: text.to_owned(), expression }
    }

    /// Whether the package can be had under licenses that are all as wanted: of a choice (`OR`) one is enough.
    pub(crate) fn can_be_had(&self, is_wanted: impl Fn(&[String]) -> bool) -> bool {
        match &self.expression {
            Some(expression) => expression.evaluate(|requirement| is_wanted(&names(requirement))),
            None => is_wanted(&[self.text.to_lowercase()]),
        }
    }
}

/// Lower-case patterns of license names.
pub(crate) fn lowered(names: &[Pattern]) -> Vec<Pattern> {
    names.iter().map(|name| Pattern::new(name.as_str().to_lowercase())).collect()
}

/// Whether one of a license's names is among the patterns.
pub(crate) fn is_named(names: &[String], patterns: &[Pattern]) -> bool {
    patterns.iter().any(|pattern| names.iter().any(|name| pattern.matches(name)))
}

/// The names of a requirement, lower case: as it is written, without its exception, and without the `-only`,
/// `-or-later` or `+` of its version, so that `GPL-3.0` names them all.
fn names(requirement: &LicenseReq) -> Vec<String> {
    let whole = requirement.to_string().to_lowercase();
    let license = match &requirement.license {
        LicenseItem::Spdx { id, .. } => id.name.to_lowercase(),
        LicenseItem::Other { .. } => whole.split(" with ").next().unwrap_or_default().to_owned(),
    };
    let family = license.trim_end_matches("-or-later").trim_end_matches("-only").trim_end_matches('+').to_owned();
    vec![whole, license, family]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_denied(text: &str, names: &[&str]) -> bool {
        let patterns = lowered(&names.iter().map(|name| Pattern::new(*name)).collect::<Vec<_>>());
        !License::new(text).can_be_had(|names| !is_named(names, &patterns))
    }

    #[test]
    fn a_choice_is_denied_only_when_every_way_is() {
        assert!(is_denied("GPL-3.0-only", &["GPL-3.0"]));
        assert!(is_denied("GPL-3.0-or-later WITH GCC-exception-3.1", &["GPL-3.0-or-later"]));
        assert!(!is_denied("MIT OR GPL-3.0-only", &["GPL-*"]));
        assert!(is_denied("MIT AND GPL-3.0-only", &["GPL-*"]));
        assert!(is_denied("gplv2 like words", &["GPLV2*"]));
        assert!(!is_denied("LGPL-3.0-only", &["GPL-*"]));
    }
}
