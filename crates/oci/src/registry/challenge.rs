//! Challenges: how a registry says which proof it wants (RFC 9110, section 11; distribution, spec/auth/token).

use std::collections::BTreeMap;

/// One challenge of a `WWW-Authenticate` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    /// `bearer`, `basic`, in lower case.
    pub(super) scheme: String,
    /// The parameters, names in lower case.
    pub(super) parameters: BTreeMap<String, String>,
}

impl Challenge {
    /// The value of a parameter, if it is there and not empty.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Reads all challenges of one header value. What does not follow the grammar is passed over.
pub(super) fn parse_challenges(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = header.trim_start_matches(is_separator);
    while !rest.is_empty() {
        let word_end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let value = after.trim_start().strip_prefix('=');
        match value {
            _ if word.is_empty() => {
                let mut characters = rest.chars();
                characters.next();
                rest = characters.as_str();
            }
            Some(value) => {
                let (value, after) = take_value(value.trim_start());
                if let Some(challenge) = challenges.last_mut() {
                    challenge.parameters.entry(word.to_ascii_lowercase()).or_insert(value);
                }
                rest = after;
            }
            None => {
                challenges.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: BTreeMap::new() });
                rest = after;
            }
        }
        rest = rest.trim_start_matches(is_separator);
    }
    challenges
}

/// Reads a header for `crate::exercise`: schemes and names are lower-case tokens, whatever the registry sends.
pub(crate) fn exercise(bytes: &[u8]) {
    for challenge in parse_challenges(&String::from_utf8_lossy(bytes)) {
        let mut words = challenge.parameters.keys().chain([&challenge.scheme]);
        assert!(words.all(|word| !word.is_empty() && word.chars().all(is_token) && *word == word.to_ascii_lowercase()));
        challenge.parameter("realm");
    }
}

/// Takes a token or a quoted string from the beginning of the text.
fn take_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(is_separator).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value, characters.as_str())
}

fn is_separator(c: char) -> bool {
    c == ',' || c.is_ascii_whitespace()
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: &str) {
        let mut text = String::new();
        for challenge in parse_challenges(header) {
            text.push_str(&challenge.scheme);
            for (name, value) in &challenge.parameters {
                text.push_str(&format!(" {name}={value};"));
            }
            text.push('\n');
        }
        assert_eq!(text.trim_end(), expected, "{header}");
    }

    #[test]
    fn parameters_belong_to_the_scheme_in_front_of_them() {
        check(
            r#"Bearer realm="https://auth.example.com/token",service="reg",scope="repository:a/b:pull,push""#,
            "bearer realm=https://auth.example.com/token; scope=repository:a/b:pull,push; service=reg;",
        );
        check(
            r#"Basic realm="a \"quoted\" one", Bearer realm = x , error=invalid_token"#,
            "basic realm=a \"quoted\" one;\nbearer error=invalid_token; realm=x;",
        );
        check("Negotiate, Basic", "negotiate\nbasic");
    }

    #[test]
    fn what_breaks_the_grammar_is_passed_over() {
        check("", "");
        check("=,=;\u{e9}", "");
        check("Bearer realm=\"open", "bearer realm=open;");
        check("realm=x", "");
    }
}
