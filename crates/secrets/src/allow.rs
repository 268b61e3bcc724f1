//! What is no finding although a rule finds it: lists of paths, values and words.

use crate::pattern::{InvalidPattern, Pattern};
use crate::rule::Rule;
use crate::rule_file::AllowText;

/// A list of what is no finding.
#[derive(Debug, Default)]
pub(crate) struct AllowList {
    /// The rules it is for, by any of their names; all when empty.
    pub(crate) rules: Vec<String>,
    pub(crate) paths: Vec<Pattern>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) target: Target,
    /// In lower case.
    pub(crate) words: Vec<String>,
    /// Whether all kinds of conditions must hold, and not just one.
    pub(crate) needs_all: bool,
    /// Whether there is a condition that holds for no file, such as a commit.
    pub(crate) has_foreign_condition: bool,
}

/// What the patterns of a list are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Target {
    #[default]
    Value,
    Match,
    Line,
}

/// The parts of a finding that lists are compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) path: &'a str,
    pub(crate) value: &'a [u8],
    pub(crate) whole: &'a [u8],
    pub(crate) line: &'a [u8],
}

impl AllowList {
    /// A list of Bulkhead's own format.
    pub(crate) fn new(text: AllowText, is_builtin: bool) -> Result<AllowList, (&'static str, InvalidPattern)> {
        let patterns = |key: &'static str, texts: Vec<String>| {
            let made = texts.into_iter().map(|text| match is_builtin {
                true => Ok(Pattern::lazy(text)),
                false => Pattern::checked(&text).map_err(|error| (key, error)),
            });
            made.collect::<Result<Vec<_>, _>>()
        };
        Ok(AllowList {
            rules: text.rules,
            paths: patterns("paths", text.paths)?,
            patterns: patterns("values", text.values)?,
            words: text.words.iter().map(|word| word.to_lowercase()).collect(),
            ..AllowList::default()
        })
    }

    /// Whether the list says something of this rule.
    pub(crate) fn is_for(&self, rule: &Rule) -> bool {
        self.rules.is_empty() || self.rules.iter().any(|name| rule.is_called(name))
    }

    /// Whether the list says that this is no finding.
    pub(crate) fn allows(&self, subject: &Subject<'_>) -> bool {
        let text = match self.target {
            Target::Value => subject.value,
            Target::Match => subject.whole,
            Target::Line => subject.line,
        };
        let mut conditions = [
            (!self.paths.is_empty()).then(|| self.paths.iter().any(|path| path.is_match(subject.path.as_bytes()))),
            (!self.patterns.is_empty()).then(|| self.patterns.iter().any(|pattern| pattern.is_match(text))),
            (!self.words.is_empty()).then(|| {
                let value = subject.value.to_ascii_lowercase();
                self.words.iter().any(|word| memchr::memmem::find(&value, word.as_bytes()).is_some())
            }),
            self.has_foreign_condition.then_some(false),
        ]
        .into_iter()
        .flatten()
        .peekable();
        if conditions.peek().is_none() {
            return false;
        }
        if self.needs_all { conditions.all(|holds| holds) } else { conditions.any(|holds| holds) }
    }
}
