//! Patterns over names and paths: `*` is any run of characters, `?` any one; everything else is itself.

use std::fmt;

/// A pattern, matched as a whole. Time is linear in text times pattern, without backtracking beyond the last `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: String,
    is_plain: bool,
}

impl Pattern {
    /// Takes a text as a pattern; every text is one.
    pub fn new(text: impl Into<String>) -> Pattern {
        let text = text.into();
        Pattern { is_plain: !text.contains(['*', '?']), text }
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it can match one text only.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether the pattern matches the whole of `text`.
    pub fn matches(&self, text: &str) -> bool {
        if self.is_plain {
            return self.text == text;
        }
        let (pattern, text) = (self.text.as_bytes(), text.as_bytes());
        let (mut p, mut t) = (0, 0);
        let mut last_star: Option<(usize, usize)> = None;
        while t < text.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    last_star = Some((p, t));
                    p += 1;
                }
                Some(b'?') => {
                    p += 1;
                    t += width(text[t]).min(text.len() - t);
                }
                Some(byte) if *byte == text[t] => {
                    p += 1;
                    t += 1;
                }
                _ => {
                    let Some((star, from)) = last_star else { return false };
                    last_star = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
            }
        }
        pattern[p..].iter().all(|byte| *byte == b'*')
    }
}

/// How many bytes the character takes that begins with this one (UTF-8).
fn width(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).matches(text);
        assert!(matches("shop/*", "shop/cart/api"));
        assert!(!matches("shop/*", "my/shop/cart"));
        assert!(matches("*.jar", "a/b.jar") && matches("a?c", "aéc") && matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c") && !matches("a*b*c", "a-c-b"));
        assert!(!matches("", "a") && matches("", ""));
    }

    #[test]
    fn many_stars_cost_little() {
        assert!(!Pattern::new("*a".repeat(1000) + "b").matches(&"a".repeat(10_000)));
    }
}
