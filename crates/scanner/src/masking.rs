//! Masks the secrets in what a report says. It does not depend on whether secrets are looked for: a report about packages
//! that gives a password away does harm all the same.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::{Finding, Gap};
use secrets::{FoundSecret, Place, PlaceKind, SecretRules};

use crate::detectors::Detectors;

/// The built-in rules, for whoever looks for no secrets.
static BUILTIN: LazyLock<SecretRules> = LazyLock::new(SecretRules::builtin);

/// Of a shorter value, or one of letters alone, only whole words are masked: it stands within others by chance.
const SHORTEST_PART: usize = 6;

/// Masks secrets in texts: those that the rules see there, and those that were seen elsewhere in the target.
#[derive(Clone)]
pub(crate) struct Masker<'r> {
    /// The built-in rules, and those of the user where there are any.
    rules: Vec<&'r SecretRules>,
    /// What is put in place of which value.
    values: BTreeMap<Reverse<usize>, BTreeMap<String, String>>,
}

impl<'r> Masker<'r> {
    /// One that also knows the rules of these detectors, if they look for secrets. Rules of users may leave built-in ones
    /// out, which says that nobody wants to be told, not that everybody may read it.
    pub(crate) fn new(detectors: Option<&'r Detectors>) -> Masker<'r> {
        let own = detectors.and_then(|detectors| detectors.secrets.as_ref());
        let has_others = detectors.is_some_and(|detectors| !detectors.content.is_empty());
        let rules = match own {
            Some(own) if has_others => vec![own, &*BUILTIN],
            Some(own) => vec![own],
            None => vec![&*BUILTIN],
        };
        Masker { rules, values: BTreeMap::new() }
    }

    /// The rules that findings are made with: those of the detectors, else the built-in ones.
    pub(crate) fn rules(&self) -> &'r SecretRules {
        self.rules[0]
    }

    /// Takes note of the values in a text, to mask them wherever they stand.
    pub(crate) fn learn(&mut self, text: &str, place: Place<'_>) {
        for rules in self.rules.clone() {
            for secret in rules.scan(text.as_bytes(), place).secrets {
                self.learn_secret(text, &secret);
            }
        }
    }

    /// Takes note of the value of a secret that was found in this text.
    pub(crate) fn learn_secret(&mut self, text: &str, secret: &FoundSecret) {
        let range = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let value = text.get(range(secret.value.start)..range(secret.value.end)).unwrap_or_default();
        if !value.is_empty() {
            let of_length = self.values.entry(Reverse(value.len())).or_default();
            of_length.insert(value.to_owned(), secret.masked_value.clone());
        }
    }

    /// Masks a text where it stands.
    pub(crate) fn mask(&self, text: &mut String) {
        for rules in &self.rules {
            if let Cow::Owned(masked) = rules.masked(text, Place::of(PlaceKind::History)) {
                *text = masked;
            }
        }
        // Whether it is a secret is not asked here: what stands in this place of an address is meant to be one.
        if let Some(masked) = addresses_masked(text) {
            *text = masked;
        }
        // The longest first, so that no shorter one breaks it up.
        for (value, masked) in self.values.values().flatten() {
            if text.contains(value.as_str()) {
                *text = replaced(text, value, masked);
            }
        }
    }

    /// Masks what findings and gaps quote: lines of files, commands, variables.
    pub(crate) fn mask_words(&self, findings: &mut [Finding], gaps: &mut [Gap]) {
        for finding in findings {
            if let Finding::Misconfiguration(found) = finding {
                self.mask(&mut found.message);
            }
        }
        for gap in gaps {
            self.mask(&mut gap.reason);
        }
    }
}

/// The text with the passwords of addresses masked (`https://name:********@host`); none where there are none.
fn addresses_masked(text: &str) -> Option<String> {
    let mut masked = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(|sign: char| sign.is_whitespace() || "/?#\"'`<>,;".contains(sign)).unwrap_or(after.len());
        masked.push_str(before);
        masked.push_str("://");
        let credentials = after[..end].rsplit_once('@').and_then(|(credentials, _)| credentials.split_once(':'));
        rest = match credentials {
            Some((name, password)) if !password.is_empty() && !password.starts_with(['$', '{', '*', '%']) => {
                masked.push_str(name);
                masked.push_str(":********");
                &after[name.len() + 1 + password.len()..]
            }
            Some(_) | None => after,
        };
    }
    masked.push_str(rest);
    (masked != text).then_some(masked)
}

/// The text with a value masked wherever it stands.
fn replaced(text: &str, value: &str, masked: &str) -> String {
    if value.len() >= SHORTEST_PART && !value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return text.replace(value, masked);
    }
    let mut rest = text;
    let mut done = String::with_capacity(text.len());
    while let Some(at) = rest.find(value) {
        let (before, after) = (&rest[..at], &rest[at + value.len()..]);
        let is_word = |sign: char| sign.is_alphanumeric();
        let is_part =
            before.ends_with(is_word) || before.is_empty() && done.ends_with(is_word) || after.starts_with(is_word);
        done.push_str(before);
        done.push_str(if is_part { value } else { masked });
        rest = after;
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(known: &[&str], text: &str) -> String {
        let mut masker = Masker::new(None);
        known.iter().for_each(|text| masker.learn(text, Place::of(PlaceKind::Environment)));
        let mut text = text.to_owned();
        masker.mask(&mut text);
        text
    }

    #[test]
    fn a_sentence_that_quotes_a_password_masks_it() {
        assert_eq!(masked(&[], "`curl -u ci:kR8spq2x https://a.b` is run"), "`curl -u ci:******** https://a.b` is run");
        assert_eq!(masked(&[], "line 3: `DB_PASSWORD=kR8spq2x` is no map"), "line 3: `DB_PASSWORD=********` is no map");
        assert_eq!(masked(&[], "nothing is said of `web`"), "nothing is said of `web`");
    }

    #[test]
    fn passwords_in_addresses_are_masked_whatever_they_are() {
        for (text, expected) in [
            (
                "`--index-url https<+>://ci:hunter@pypi.acme.io/simple` is no",
                "`--index-url https://ci:********@pypi.acme.io/simple` is no",
            ),
            ("ftp<+>://a:b@c and ftp<+>://d:e@f", "ftp://a:********@c and ftp://d:********@f"),
            ("https://ci:${TOKEN}@a.b https://a.b:443/c@d", "https://ci:${TOKEN}@a.b https://a.b:443/c@d"),
        ] {
            assert_eq!(masked(&[], &text.replace("<+>", "")), expected);
        }
    }

    #[test]
    fn a_value_that_is_known_is_masked_wherever_it_stands() {
        let known = ["DB_PASSWORD=kR8spq2x", "MYSQL_PASSWORD=orchid"];
        assert_eq!(masked(&known, "mysql -pkR8spq2x app"), "mysql -p******** app");
        assert_eq!(masked(&known, "DATA=/var/lib/orchids -W orchid"), "DATA=/var/lib/orchids -W ********");
    }
}
