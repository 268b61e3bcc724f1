//! Sentences for people, by code and language: the catalogs of `content/messages`, in the part of ICU MessageFormat that
//! they use (`{name}`, `{name, plural, one {…} other {…}}`, `#`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use crate::Language;

type Catalog = BTreeMap<String, String>;

static ENGLISH: LazyLock<Catalog> = LazyLock::new(|| parse(include_str!("../../../content/messages/en.json")));
static JAPANESE: LazyLock<Catalog> = LazyLock::new(|| parse(include_str!("../../../content/messages/ja.json")));

fn parse(text: &str) -> Catalog {
    serde_json::from_str(text).expect("the catalogs are part of the program and are tested")
}

/// A value that goes into a sentence.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Count(usize),
    Number(f64),
}

impl Language {
    /// The sentence of a code with its parameters put in. A code that no catalog has comes back as it is.
    pub(crate) fn say(self, code: &str, parameters: &[(&str, Value<'_>)]) -> String {
        let catalog = match self {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        };
        match catalog.get(code) {
            Some(pattern) => fill(pattern, parameters, None),
            None => code.to_owned(),
        }
    }
}

fn fill(pattern: &str, parameters: &[(&str, Value<'_>)], count: Option<usize>) -> String {
    let mut sentence = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '#']) {
        sentence.push_str(&rest[..at]);
        if rest[at..].starts_with('#') {
            match count {
                Some(count) => _ = write!(sentence, "{count}"),
                None => sentence.push('#'),
            }
            rest = &rest[at + 1..];
            continue;
        }
        let (inside, after) = braced(&rest[at..]);
        rest = after;
        let mut parts = inside.splitn(3, ',');
        let name = parts.next().unwrap_or_default().trim();
        let value = parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        match (value, parts.nth(1)) {
            (Some(Value::Count(number)), Some(forms)) => {
                sentence.push_str(&fill(form(forms, number), parameters, Some(number)))
            }
            (Some(Value::Count(number)), None) => _ = write!(sentence, "{number}"),
            (Some(Value::Number(number)), _) => _ = write!(sentence, "{number}"),
            (Some(Value::Text(text)), _) => sentence.push_str(text),
            (None, _) => _ = write!(sentence, "{{{name}}}"),
        }
    }
    sentence.push_str(rest);
    sentence
}

/// What stands between the brace that `text` begins with and its partner, and what follows.
fn braced(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return (&text[1..at], &text[at + 1..]),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    (text.get(1..).unwrap_or_default(), "")
}

/// The form of a plural for a number: `one` for 1 where there is such a form, else `other` (CLDR plural rules of English
/// and Japanese).
fn form(forms: &str, number: usize) -> &str {
    let mut other = "";
    let mut rest = forms;
    while let Some(open) = rest.find('{') {
        let name = rest[..open].trim();
        let (inside, after) = braced(&rest[open..]);
        match name {
            "one" if number == 1 => return inside,
            "other" => other = inside,
            _ => {}
        }
        rest = after;
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_follow_the_language() {
        let say = |language: Language, count| language.say("table.packages", &[("count", Value::Count(count))]);
        assert_eq!(say(Language::English, 1), "1 package");
        assert_eq!(say(Language::English, 2), "2 packages");
        assert_eq!(say(Language::Japanese, 1), "パッケージ1個");
    }

    #[test]
    fn both_catalogs_have_the_same_codes_with_the_same_parameters() {
        let parameters = |catalog: &Catalog| -> BTreeMap<String, Vec<String>> {
            let names = |pattern: &String| {
                let mut names: Vec<String> = pattern
                    .split('{')
                    .skip(1)
                    .map(|part| part.split([',', '}']).next().unwrap_or_default().trim().to_owned())
                    .filter(|name| {
                        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                    })
                    .filter(|name| pattern.contains(&format!("{{{name}}}")) || pattern.contains(&format!("{{{name},")))
                    .collect();
                names.sort();
                names.dedup();
                names
            };
            catalog.iter().map(|(code, pattern)| (code.clone(), names(pattern))).collect()
        };
        assert_eq!(parameters(&ENGLISH), parameters(&JAPANESE));
    }

    #[test]
    fn every_code_is_used() {
        let sources = [
            include_str!("table.rs"),
            include_str!("table/others.rs"),
            include_str!("table/said.rs"),
            include_str!("said.rs"),
            include_str!("diff/table.rs"),
            include_str!("summary.rs"),
            include_str!("summary/upgrades.rs"),
            include_str!("told.rs"),
            include_str!("junit.rs"),
            include_str!("markdown.rs"),
            include_str!("html.rs"),
            include_str!("gitlab.rs"),
            include_str!("verdict.rs"),
            include_str!("signatures.rs"),
            include_str!("words.rs"),
        ];
        let sources = sources.concat();
        // What begins with the last ones is said by whoever decides, and tested there.
        let made = [
            "table.status.",
            "vex.status.",
            "table.severity.",
            "table.column.",
            "verdict.",
            "remedy.",
            "event.",
            "notify.",
            "problem.",
            "health.",
            "intelligence.",
            "registry.",
            "job.",
            "worker.",
            "image.",
            "check.",
            "import.",
            "signature.",
            "license.category.",
        ];
        for code in ENGLISH.keys() {
            let used = sources.contains(&format!("\"{code}\"")) || made.iter().any(|made| code.starts_with(made));
            assert!(used, "{code} is in the catalogs, and nothing says it");
        }
    }
}
