//! Patterns over names and paths: `*` is any run of characters, `?` any one; everything else is itself.

use std::fmt;

/// A pattern, matched as a whole. Time is linear in text times pattern, without backtracking beyond the last `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: String,
    is_plain: bool,
    /// Whether the parts between slashes count one by one.
    is_glob: bool,
}

impl Pattern {
    /// Takes a text as a pattern; every text is one.
    pub fn new(text: impl Into<String>) -> Pattern {
        let text = text.into();
        Pattern { is_plain: !text.contains(['*', '?']), text, is_glob: false }
    }

    /// Takes a text as a pattern of paths in a target, where `*` is any text; a slash or `./` in front says nothing.
    pub fn path(text: &str) -> Pattern {
        let inside = text.trim_start_matches("./").trim_start_matches('/');
        Pattern::new(if inside.is_empty() { text } else { inside })
    }

    /// Takes a text as a pattern of paths in which `*` and `?` stay between two slashes and `**` is any number of folders,
    /// none included. A slash or `./` in front says nothing.
    ///
    /// # Errors
    /// The first character that such patterns elsewhere give a meaning and this one does not: `[`, `{` or a backslash.
    pub fn glob(text: &str) -> Result<Pattern, char> {
        if let Some(letter) = text.chars().find(|letter| "[{\\".contains(*letter)) {
            return Err(letter);
        }
        let text = text.trim_start_matches("./").trim_start_matches('/').to_owned();
        Ok(Pattern { is_plain: !text.contains(['*', '?']), text, is_glob: true })
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
        match self.is_glob {
            true => matches_folders(&self.text, text),
            false => matches_text(&self.text, text),
        }
    }
}

/// Matches part by part, `**` standing for any number of parts. Time is linear in parts times parts.
fn matches_folders(pattern: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    // Whether what was seen of the pattern takes in the first so many parts.
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for wanted in pattern.split('/') {
        if wanted == "**" {
            let first = reached.iter().position(|is_reached| *is_reached).unwrap_or(parts.len());
            reached.iter_mut().skip(first).for_each(|is_reached| *is_reached = true);
            continue;
        }
        for at in (0..parts.len()).rev() {
            reached[at + 1] = reached[at] && matches_text(wanted, parts[at]);
        }
        reached[0] = false;
    }
    reached[parts.len()]
}

fn matches_text(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
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
    fn paths_are_meant_from_the_top_of_the_target() {
        let matches = |pattern: &str, path: &str| Pattern::path(pattern).matches(path);
        assert!(matches("/app/.env", "app/.env") && matches("./app/*", "app/a/b") && matches("//a", "a"));
        assert!(matches("*.env", "app/.env") && matches(".env", ".env") && !matches("/", "app"));
    }

    #[test]
    fn globs_keep_to_their_folders() {
        let matches = |pattern: &str, text: &str| Pattern::glob(pattern).unwrap().matches(text);
        assert!(matches("a/*.jar", "a/b.jar") && !matches("a/*.jar", "a/b/c.jar"));
        assert!(matches("**/b.jar", "b.jar") && matches("**/b.jar", "x/y/b.jar") && !matches("**/b.jar", "x/c.jar"));
        assert!(matches("usr/**/METADATA", "usr/METADATA") && matches("usr/**/METADATA", "usr/lib/p/METADATA"));
        assert!(matches("a/**", "a/b/c") && matches("**", "a/b") && matches("./a?", "ab") && matches("/a", "a"));
        assert!(!matches("a/**/c", "a/b"));
        assert_eq!(Pattern::glob("a[1]"), Err('['));
        assert!(!matches(&"**/a/".repeat(500), &"a/".repeat(5_000).replace("a/a", "a/b")));
    }

    #[test]
    fn many_stars_cost_little() {
        assert!(!Pattern::new("*a".repeat(1000) + "b").matches(&"a".repeat(10_000)));
    }
}
