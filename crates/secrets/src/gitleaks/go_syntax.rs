//! Go's regular expressions (RE2's syntax) in the words of ours.
//!
//! The two differ in little: Go takes `{` as a brace where no repetition can be meant, `[` within a class as a bracket,
//! `&&`, `--` and `~~` there as signs, and quotes with `\Q…\E`.

/// The pattern in our syntax. What is wrong in Go's stays wrong.
pub(super) fn translated(pattern: &str) -> String {
    let signs: Vec<char> = pattern.chars().collect();
    let mut text = String::with_capacity(pattern.len() + 8);
    let mut at = 0;
    let mut class_start: Option<usize> = None;
    while let Some(&sign) = signs.get(at) {
        let next = signs.get(at + 1).copied();
        match (sign, next) {
            ('\\', Some('Q')) => {
                at = quoted(&signs, at + 2, &mut text);
                continue;
            }
            ('\\', Some('z')) if class_start.is_none() => {
                text.push_str(r"\z");
                at += 2;
                continue;
            }
            ('\\', Some(escaped)) => {
                text.push('\\');
                text.push(escaped);
                at += 2;
                continue;
            }
            ('[', _) if class_start.is_none() => {
                text.push('[');
                at += 1;
                if signs.get(at) == Some(&'^') {
                    text.push('^');
                    at += 1;
                }
                class_start = Some(at);
                // A bracket that closes is a sign where it comes first.
                if signs.get(at) == Some(&']') {
                    text.push_str(r"\]");
                    at += 1;
                }
                continue;
            }
            ('[', Some(':')) if class_start.is_some() => {
                let end = signs[at..].windows(2).position(|pair| pair == [':', ']']).map(|length| at + length + 2);
                let name: Option<String> = end.map(|end| signs[at..end].iter().collect());
                match (name, end) {
                    (Some(name), Some(end)) if name.len() < 14 => {
                        text.push_str(&name);
                        at = end;
                        continue;
                    }
                    _ => text.push_str(r"\["),
                }
            }
            ('[', _) => text.push_str(r"\["),
            (']', _) => {
                text.push(']');
                class_start = None;
            }
            ('&' | '~', Some(same)) if class_start.is_some() && same == sign => {
                text.push('\\');
                text.push(sign);
            }
            ('-', Some('-')) if class_start.is_some() => text.push_str(r"\-"),
            ('{', _) if class_start.is_none() && !is_repetition(&signs[at + 1..]) => text.push_str(r"\{"),
            _ => text.push(sign),
        }
        at += 1;
    }
    text
}

/// Writes what stands up to `\E`, with its signs escaped; returns the place behind it.
fn quoted(signs: &[char], from: usize, text: &mut String) -> usize {
    let end = signs[from..].windows(2).position(|pair| pair == ['\\', 'E']);
    let last = end.map_or(signs.len(), |length| from + length);
    for &sign in &signs[from..last] {
        if sign.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(sign);
    }
    end.map_or(signs.len(), |_| last + 2)
}

/// `3}`, `3,}` and `3,5}`.
fn is_repetition(rest: &[char]) -> bool {
    let Some(end) = rest.iter().take(12).position(|sign| *sign == '}') else { return false };
    let mut parts = rest[..end].split(|sign| *sign == ',');
    let is_number = |part: &[char]| !part.is_empty() && part.iter().all(char::is_ascii_digit);
    let (first, second, more) = (parts.next(), parts.next(), parts.next());
    first.is_some_and(is_number) && second.is_none_or(|part| part.is_empty() || is_number(part)) && more.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn what_differs_between_the_two_syntaxes_is_translated() {
        for (go, ours) in [
            (r"^\${(?:[A-Z_]+)}$", r"^\$\{(?:[A-Z_]+)}$"),
            (r"a{2}b{2,}c{2,3}{x}", r"a{2}b{2,}c{2,3}\{x}"),
            (r"[[]x[]a][^]]", r"[\[]x[\]a][^\]]"),
            (r"[[:alpha:]&&--]", r"[[:alpha:]\&&\--]"),
            (r"\Qa.b{\E+c\z", r"a\.b\{+c\z"),
            (r"[\w-]{3}\[", r"[\w-]{3}\["),
        ] {
            assert_eq!(translated(go), ours, "{go}");
            assert!(Pattern::checked(ours).is_ok(), "{ours}");
        }
    }
}
