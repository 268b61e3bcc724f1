//! Patterns of who may sign.

/// A text in which `*` stands for any run of characters, none included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern that `text` writes.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.to_owned())
    }

    /// Whether the whole of `text` fits.
    pub fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        for (pattern, text, fits) in [
            ("a@b.c", "a@b.c", true),
            ("a@b.c", "xa@b.c", false),
            ("*", "", true),
            ("*@b.c", "a@b.c", true),
            ("*@b.c", "a@b.cc", false),
            ("https://h/org/*@refs/tags/v*", "https://h/org/r/.w@refs/tags/v1", true),
            ("https://h/org/*@refs/tags/v*", "https://h/other/r/.w@refs/tags/v1", false),
            ("a*a", "a", false),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }
}
