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

/// The longest word of our own sentences, in bytes.
const LONGEST_WORD: usize = 16;

/// What stands around what a sentence quotes: ours, and that of the libraries whose messages it passes on.
const QUOTES: [&str; 2] = ["`", "\""];

/// Masks secrets in texts: those that the rules see there, and those that were seen elsewhere in the target.
#[derive(Clone)]
pub(crate) struct Masker<'r> {
    /// The built-in rules.
    builtin: &'r SecretRules,
    /// Those of the user with them, where there are any.
    own: Option<&'r SecretRules>,
    /// What is put in place of which value, the longest first.
    values: BTreeMap<Reverse<usize>, BTreeMap<String, Known>>,
}

/// A value that was seen.
#[derive(Clone)]
struct Known {
    masked: String,
    /// Whether the rules of the user alone call it a secret: they may match anything.
    is_own: bool,
}

impl<'r> Masker<'r> {
    /// One that also knows the rules of these detectors, if they look for secrets. Rules of users may leave built-in ones
    /// out, which says that nobody wants to be told, not that everybody may read it.
    pub(crate) fn new(detectors: Option<&'r Detectors>) -> Masker<'r> {
        let secrets = detectors.and_then(|detectors| detectors.secrets.as_ref());
        let has_others = detectors.is_some_and(|detectors| !detectors.content.is_empty());
        let (builtin, own) = match secrets {
            Some(own) if has_others => (&*BUILTIN, Some(own)),
            Some(builtin) => (builtin, None),
            None => (&*BUILTIN, None),
        };
        Masker { builtin, own, values: BTreeMap::new() }
    }

    /// The rules that findings are made with: those of the detectors, else the built-in ones.
    pub(crate) fn rules(&self) -> &'r SecretRules {
        self.own.unwrap_or(self.builtin)
    }

    /// Takes note of the values in a text, to mask them wherever they stand.
    pub(crate) fn learn(&mut self, text: &str, place: Place<'_>) {
        // What both call a secret is one of the built-in rules.
        for (rules, is_own) in self.own.map(|own| (own, true)).into_iter().chain([(self.builtin, false)]) {
            for secret in rules.scan(text.as_bytes(), place).secrets {
                self.learn_secret(text, &secret, is_own);
            }
        }
    }

    /// Takes note of the value of a secret that was found in this text.
    fn learn_secret(&mut self, text: &str, secret: &FoundSecret, is_own: bool) {
        let range = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let value = text.get(range(secret.value.start)..range(secret.value.end)).unwrap_or_default();
        if value.is_empty() {
            return;
        }
        let of_length = self.values.entry(Reverse(value.len())).or_default();
        let is_known = of_length.get(value).is_some_and(|known| !known.is_own);
        if !is_own || !is_known {
            of_length.insert(value.to_owned(), Known { masked: secret.masked_value.clone(), is_own });
        }
    }

    /// Masks a text of the target where it stands.
    pub(crate) fn mask(&self, text: &mut String) {
        self.mask_where(text, |_| true);
    }

    /// Masks a sentence of ours that quotes the target, as `` `a b` is no image ``: rules of the user may match anything, and
    /// outside of its quotes they mask nothing that our own words may be.
    pub(crate) fn mask_sentence(&self, sentence: &mut String) {
        if self.own.is_some() {
            for mark in QUOTES {
                let parts = sentence.split(mark).enumerate().map(|(place, part)| {
                    let mut part = part.to_owned();
                    if place % 2 == 1 {
                        self.mask(&mut part);
                    }
                    part
                });
                *sentence = parts.collect::<Vec<_>>().join(mark);
            }
        }
        self.mask_where(sentence, |value| !may_be_ours(value));
    }

    /// Masks what the built-in rules call a secret, and of what those of the user do the values of which `is_masked` says so.
    fn mask_where(&self, text: &mut String, is_masked: impl Fn(&str) -> bool) {
        let place = Place::of(PlaceKind::History);
        if let Some(own) = self.own
            && let Cow::Owned(masked) = own.masked_where(text, place, &is_masked)
        {
            *text = masked;
        }
        if let Cow::Owned(masked) = self.builtin.masked(text, place) {
            *text = masked;
        }
        // Whether it is a secret is not asked here: what stands in this place of an address is meant to be one.
        if let Some(masked) = addresses_masked(text) {
            *text = masked;
        }
        // The longest first, so that no shorter one breaks it up.
        for (value, known) in self.values.values().flatten() {
            if text.contains(value.as_str()) && (!known.is_own || is_masked(value)) {
                *text = replaced(text, value, &known.masked);
            }
        }
    }

    /// Masks what findings and gaps quote: lines of files, commands, variables.
    pub(crate) fn mask_words(&self, findings: &mut [Finding], gaps: &mut [Gap]) {
        for finding in findings {
            if let Finding::Misconfiguration(found) = finding {
                self.mask_sentence(&mut found.message);
            }
        }
        for gap in gaps {
            self.mask_sentence(&mut gap.reason);
        }
    }
}

/// Whether a value may be a part of our own sentences: a short one, one word of letters, or several words.
fn may_be_ours(value: &str) -> bool {
    let word = value.trim_matches(|sign: char| sign.is_ascii_punctuation());
    let is_word = word.len() <= LONGEST_WORD
        && word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'\''));
    value.len() < SHORTEST_PART || is_word || value.contains(|sign: char| sign.is_whitespace() || sign == '`')
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

    /// What becomes of a sentence where the user has a rule of this pattern, and a file says `known`.
    fn masked_with_rule(regex: &str, known: &str, sentence: &str) -> String {
        let text = format!("[[rules]]\nid = \"own\"\nregex = '{regex}'\n");
        let rules = SecretRules::with_rules(&[secrets::UserRules { name: "own.toml", text: &text }]).unwrap();
        let content = vec![text.into_bytes()];
        let detectors = Detectors { secrets: Some(rules), content, ..Detectors::default() };
        let mut masker = Masker::new(Some(&detectors));
        masker.learn(known, Place::file("app.conf"));
        let mut sentence = sentence.to_owned();
        masker.mask_sentence(&mut sentence);
        sentence
    }

    #[test]
    fn a_rule_of_the_user_masks_what_a_sentence_quotes_and_not_the_sentence() {
        for regex in [".+", r"\S+", "[a-z]+"] {
            let sentence = "the file cannot be read: its end is missing";
            assert_eq!(masked_with_rule(regex, "the file\nits\n", sentence), sentence, "{regex}");
        }
        let sentence = "line 7: `ADD x.tar /` takes a file from `web.acme.io`, not from the image";
        assert_eq!(
            masked_with_rule(".+", "", sentence),
            "line 7: `********` takes a file from `********`, not from the image"
        );
        // Libraries quote as JSON does.
        assert_eq!(
            masked_with_rule("[a-z]+", "", "invalid type: string \"correcthorse\", expected a map"),
            "invalid type: string \"********\", expected a map"
        );
        // What has no end is quoted up to the end of the sentence.
        assert_eq!(masked_with_rule(".+", "", "this is no map: `a: b c"), "this is no map: `********");
    }

    #[test]
    fn a_secret_of_the_users_kind_is_masked_outside_of_quotes_too() {
        let masked = masked_with_rule("acme-[0-9a-z]+", "", "the token acme-7f3k2 at `acme-9x1z8` is no name");
        assert!(!masked.contains("7f3k2") && !masked.contains("9x1z8"), "{masked}");
        assert!(masked.starts_with("the token ") && masked.ends_with(" is no name"), "{masked}");
        // So is one that a file says.
        assert_eq!(
            masked_with_rule("pin=([0-9]+)", "pin=48120935", "expected a, got 48120935"),
            "expected a, got ********"
        );
        // So are those without a digit that no word of ours is: too long, with a capital within, or with other signs.
        for secret in ["correcthorsebatterystaple", "kRspqxTnYb", "horse_battery", "パスワード秘密"] {
            let (known, sentence) = (format!("pin={secret}"), format!("expected a, got {secret}"));
            let masked = masked_with_rule(r"pin=(\S+)", &known, &sentence);
            assert!(masked.starts_with("expected a, got ") && !masked.contains(secret), "{masked}");
        }
        // The built-in rules know the words of a sentence, whatever else the user looks for.
        assert_eq!(
            masked_with_rule("acme-[0-9a-z]+", "DB_PASSWORD=kR8spq2x", "kR8spq2x is no number"),
            "******** is no number"
        );
    }

    #[test]
    fn a_value_that_is_known_is_masked_wherever_it_stands() {
        let known = ["DB_PASSWORD=kR8spq2x", "MYSQL_PASSWORD=orchid"];
        assert_eq!(masked(&known, "mysql -pkR8spq2x app"), "mysql -p******** app");
        assert_eq!(masked(&known, "DATA=/var/lib/orchids -W orchid"), "DATA=/var/lib/orchids -W ********");
    }
}
