//! What an installed package says that it needs: names that only other files can turn into packages.

use serde::{Deserialize, Serialize};

/// The needs of one package, a line for each in the words of its ecosystem, as `crate::relations` reads them. One text
/// rather than a list of texts, because trees of Node have twenty thousand of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Needs {
    lines: String,
    is_cut: bool,
}

impl Needs {
    /// The most bytes that the needs of one package take; published packages stay far below.
    pub(crate) const LARGEST_BYTES: usize = 64 << 10;

    /// Notes one need; one that cannot be a line of its own is none.
    pub(crate) fn add(&mut self, need: &str) {
        let need = need.trim();
        if need.is_empty() || need.contains('\n') {
            return;
        }
        if self.lines.len() + need.len() >= Needs::LARGEST_BYTES {
            self.is_cut = true;
            return;
        }
        if !self.lines.is_empty() {
            self.lines.push('\n');
        }
        self.lines.push_str(need);
    }

    /// The needs in the order in which they were noted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines.lines()
    }

    /// How many bytes they take.
    pub(crate) fn size_bytes(&self) -> usize {
        self.lines.len()
    }

    /// Whether there were more than are kept.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl<N: AsRef<str>> FromIterator<N> for Needs {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Needs {
        let mut needs = Needs::default();
        names.into_iter().for_each(|name| needs.add(name.as_ref()));
        needs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_bounded_and_say_so() {
        let mut needs: Needs = ["a", "", " b ", "c\nd"].into_iter().collect();
        assert_eq!(needs.iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(!needs.is_cut());
        needs.add(&"x".repeat(Needs::LARGEST_BYTES));
        assert_eq!((needs.size_bytes(), needs.is_cut()), (3, true));
    }
}
