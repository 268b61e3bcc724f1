//! Texts that are shown: messages, commands, variables, with the values of secrets in them masked.

use std::borrow::Cow;

use crate::place::Place;
use crate::rules::SecretRules;

impl SecretRules {
    /// The text with the values of all secrets in it masked.
    pub fn masked<'t>(&self, text: &'t str, place: Place<'_>) -> Cow<'t, str> {
        self.masked_where(text, place, |_| true)
    }

    /// The same of those values alone of which `is_masked` says so.
    pub fn masked_where<'t>(&self, text: &'t str, place: Place<'_>, is_masked: impl Fn(&str) -> bool) -> Cow<'t, str> {
        let mut secrets = self.scan(text.as_bytes(), place).secrets;
        if secrets.is_empty() {
            return Cow::Borrowed(text);
        }
        secrets.sort_by_key(|secret| secret.value.start);
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for secret in &secrets {
            let range = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
            // A pattern counts in bytes, and may end within a sign.
            let start = text.floor_char_boundary(range(secret.value.start));
            let end = text.ceil_char_boundary(range(secret.value.end));
            if !is_masked(&text[start..end]) {
                continue;
            }
            if start >= at {
                masked.push_str(&text[at..start]);
                masked.push_str(&secret.masked_value);
            }
            at = at.max(end);
        }
        masked.push_str(&text[at..]);
        Cow::Owned(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::PlaceKind;

    #[test]
    fn all_values_in_a_text_are_masked_and_nothing_else() {
        let rules = SecretRules::builtin();
        let masked = |text: &str| rules.masked(&text.replace("<+>", ""), Place::of(PlaceKind::History)).into_owned();
        assert_eq!(masked("RUN make all"), "RUN make all");
        assert_eq!(
            masked(
                "RUN curl -u ci:kR8<+>spq2x https://a.b && sshpass -p Zx9<+>1kd9w ssh a && echo Qw3r<+>Tz8u | sudo -S ls"
            ),
            "RUN curl -u ci:******** https://a.b && sshpass -p ******** ssh a && echo ******** | sudo -S ls"
        );
        assert_eq!(
            masked("curl -H 'Authorization: Bearer 8bDFXGs<+>IdvzqvTzZwMHflRDMjsQRhZEwBfWkDQl3' -u ci:kR8<+>spq2x a"),
            "curl -H 'Authorization: Bearer 8bDF************DQl3' -u ci:******** a"
        );
        let text = "curl -u ci:kR8<+>spq2x a && curl -u ci:Zx9<+>1kd9w b".replace("<+>", "");
        let masked = rules.masked_where(&text, Place::of(PlaceKind::History), |value| value.starts_with('Z'));
        assert_eq!(masked, ["curl -u ci:kR8", "spq2x a && curl -u ci:******** b"].concat());
    }
}
