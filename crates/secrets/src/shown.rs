//! What is shown of a finding: its value masked, with the name it is given to or the text in which it stands.

use std::fmt;
use std::ops::Range;

use crate::mask;
use crate::scan::Stretch;

/// What may be shown, before it is known what else is found around it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// The name and its `=`.
    name: String,
    /// The value, masked.
    pub(crate) masked: String,
    before: Around,
    after: Around,
    /// What is shown although something else stands in the place of the value, such as base64.
    instead: Option<String>,
}

/// The text on one side of a value, as it stands there. Other secrets may be in it.
#[derive(Clone, Default)]
struct Around {
    origin: u64,
    bytes: Vec<u8>,
}

impl Shown {
    /// A value without anything around it.
    pub(crate) fn alone(masked: String) -> Shown {
        Shown { masked, ..Shown::default() }
    }

    /// A value that is given to a name.
    pub(crate) fn assigned(name: &[u8], masked: String) -> Shown {
        Shown { name: mask::context(name) + "=", ..Shown::alone(masked) }
    }

    /// A value in the midst of a match: `postgres://user:********@host`.
    pub(crate) fn within(stretch: &Stretch<'_>, whole: &Range<usize>, value: &Range<usize>, masked: String) -> Shown {
        let around = |range: Range<usize>| {
            let range = range.start..range.end.min(range.start + mask::LONGEST_CONTEXT);
            Around { origin: stretch.origin + range.start as u64, bytes: stretch.bytes[range].to_vec() }
        };
        let (before, after) = (around(whole.start..value.start), around(value.end..whole.end));
        Shown { before, after, ..Shown::alone(masked) }
    }

    /// The same finding in decoded bytes, for the place of the encoded ones.
    pub(crate) fn decoded(self) -> Shown {
        Shown { instead: Some(self.text(&[])), ..Shown::alone(mask::HIDDEN.to_owned()) }
    }

    /// The text to show, in which the `others` are hidden: the places of all values that were found.
    pub(crate) fn text(&self, others: &[Range<u64>]) -> String {
        match &self.instead {
            Some(text) => text.clone(),
            None => [&self.name, &*self.before.text(others), &self.masked, &*self.after.text(others)].concat(),
        }
    }
}

impl Around {
    fn text(&self, others: &[Range<u64>]) -> String {
        let is_hidden = |place: u64| others.iter().any(|other| other.contains(&place));
        let bytes = self.bytes.iter().zip(self.origin..);
        let hidden: Vec<u8> = bytes.map(|(byte, place)| if is_hidden(place) { b'*' } else { *byte }).collect();
        mask::context(&hidden)
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {}", self.bytes.len(), self.origin)
    }
}
