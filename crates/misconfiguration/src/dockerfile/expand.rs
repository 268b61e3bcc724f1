//! `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` as the builder puts them in (Dockerfile reference,
//! Environment replacement).

use std::collections::BTreeMap;

use crate::node::PLACEHOLDER;

/// Bytes that a text may grow to.
const LONGEST: usize = 64 << 10;

/// Names and their values; `None` for those whose value only the build knows.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// Puts the variables in; one that nobody knows becomes a placeholder.
pub(super) fn expand(text: &str, variables: &Variables, escape: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_quoted = false;
    while let Some(character) = rest.chars().next() {
        if out.len() > LONGEST {
            break;
        }
        rest = &rest[character.len_utf8()..];
        match character {
            '\'' => {
                is_quoted = !is_quoted;
                out.push(character);
            }
            _ if character == escape && rest.starts_with('$') => {
                out.push('$');
                rest = &rest[1..];
            }
            '$' if !is_quoted => {
                let (value, after) = variable(rest, variables, escape);
                out.push_str(&value);
                rest = after;
            }
            other => out.push(other),
        }
    }
    out
}

/// The value of the variable whose name begins `rest`, and what follows it.
fn variable<'a>(rest: &'a str, variables: &Variables, escape: char) -> (String, &'a str) {
    if let Some(inner) = rest.strip_prefix('{') {
        let Some(end) = closing(inner) else { return ("$".to_owned(), rest) };
        let (inner, after) = (&inner[..end], &inner[end + 1..]);
        let name_length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let (name, modifier) = inner.split_at(name_length.unwrap_or(inner.len()));
        return (modified(variables.get(name), modifier, variables, escape), after);
    }
    let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
    if length == 0 {
        return ("$".to_owned(), rest);
    }
    let (name, after) = rest.split_at(length);
    (value_of(variables.get(name)), after)
}

fn modified(value: Option<&Option<String>>, modifier: &str, variables: &Variables, escape: char) -> String {
    let is_set = value.is_some_and(|value| value.as_ref().is_none_or(|value| !value.is_empty()));
    let is_open = matches!(value, Some(None));
    match modifier.strip_prefix(':').unwrap_or(modifier).split_at_checked(1) {
        // A build may still give an argument without default: the default is what it mostly is, not what it must be.
        Some(("-", default)) if !is_set || is_open => expand(default, variables, escape),
        Some(("+", other)) => {
            if is_set {
                expand(other, variables, escape)
            } else {
                String::new()
            }
        }
        _ => value_of(value),
    }
}

fn value_of(value: Option<&Option<String>>) -> String {
    match value {
        Some(Some(value)) => value.clone(),
        Some(None) | None => PLACEHOLDER.to_string(),
    }
}

/// Where the bracket that is open closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth > 32 {
            return None;
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_as_the_builder_does() {
        let variables = Variables::from([("A".to_owned(), Some("x".to_owned())), ("B".to_owned(), None)]);
        let expand = |text| expand(text, &variables, '\\');
        assert_eq!(expand("$A-${A}_b ${C:-d} ${A:+e} \\$A '$A'"), "x-x_b d e $A '$A'");
        assert!(expand("img:$B").contains(PLACEHOLDER));
        assert_eq!(expand("${C:-${A}}"), "x");
        assert_eq!(expand("cost $ 5 ${"), "cost $ 5 ${");
    }
}
