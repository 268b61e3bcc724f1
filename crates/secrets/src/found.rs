//! What a scan finds.

use std::ops::Range;
use std::sync::Arc;

use model::Severity;

use crate::place::Mark;

/// A secret. Its value is nowhere in here, only what is left of it when it is masked, and 16 bits that tell it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSecret {
    /// The rule's id.
    pub rule: Arc<str>,
    /// What it is, for people.
    pub title: Arc<str>,
    /// `private-key`, `cloud`, `token`, `password`, `connection-string`, `hash` or `generic`; a user's own otherwise.
    pub category: Arc<str>,
    /// How bad it is here: the rule's severity, or low where the place has a mark.
    pub severity: Severity,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The match, masked.
    pub matched: String,
    /// Tells two values apart that look the same once they are masked: 16 bits of a hash (XXH3) of the value, which any
    /// guess has by chance in 65,536.
    pub fingerprint: u16,
    /// Where it begins, in bytes from the beginning. In a text of UTF-16, of the same text in UTF-8.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
    /// Where in it the value stands that nobody may see.
    pub value: Range<u64>,
    /// What may be shown in the place of the value.
    pub masked_value: String,
    /// Why it counts less than its rule says.
    pub mark: Option<Mark>,
}

/// All that is found in one file or other place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The secrets, in the order of their places.
    pub secrets: Vec<FoundSecret>,
    /// Whether there are more than one file may report.
    pub is_cut_off: bool,
    /// Whether rules gave up on the file because it made them work too much; the rest of it was not looked at by them.
    pub is_exhausted: bool,
}
