//! The filter grammar of lists, one for the API, the console's addresses and the command line.
//!
//! Terms separated by spaces all have to hold: `key:value`, `key:a,b` (any of them), `-key:value` (not), `key:>=7`,
//! `key:<2026-01-01`, `key:"text with spaces"`, `key:shop/*` (a pattern), `key:*` (present). A bare word is looked for in
//! the texts of the resource. There are no brackets: what needs them is a scope expression.

mod read;

use crate::nearest::nearest;
pub use read::{LONGEST_FILTER_BYTES, MOST_TERMS, MOST_VALUES};

/// What a list is narrowed by. All terms have to hold; none holds of everything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// The terms, in the order written.
    pub terms: Vec<Term>,
}

/// One term of a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The key that it asks; `None` for a bare word.
    pub key: Option<&'static str>,
    /// Whether it must not hold.
    pub is_negated: bool,
    /// What it asks of the key.
    pub test: Test,
}

/// What a term asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The value is one of these.
    AnyOf(Vec<Wanted>),
    /// The value stands so to another.
    Compare(Comparison, Operand),
    /// There is a value.
    Present,
    /// A text of the resource has a word that begins so; lower case.
    Word(String),
}

/// One of the values that a term takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Exactly this.
    Exactly(Operand),
    /// A text like this, in which `*` stands for any characters.
    Like(String),
}

/// A value in a filter, of the type of its key.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A time, in microseconds since 1970.
    Time(i64),
    /// The place of a word in the words that the key has.
    Word(usize),
    /// True or false.
    Flag(bool),
}

/// How a value stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// The sign, which SQL shares.
    pub fn as_str(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::More => ">",
            Comparison::AtLeast => ">=",
        }
    }
}

/// A key that a resource may be filtered by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether lists can be sorted by it.
    pub sorts: bool,
    /// What it asks, for the documentation.
    pub meaning: &'static str,
    /// A term that uses it.
    pub example: &'static str,
}

impl Key {
    /// A key that lists are not sorted by.
    pub const fn new(name: &'static str, kind: Kind, meaning: &'static str, example: &'static str) -> Key {
        Key { name, kind, sorts: false, meaning, example }
    }

    /// A key that lists can be sorted by.
    pub const fn sorting(name: &'static str, kind: Kind, meaning: &'static str, example: &'static str) -> Key {
        Key { name, kind, sorts: true, meaning, example }
    }
}

/// What the values of a key are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A date or time, RFC 3339; `7d`, `12h` or `30m` for so long ago.
    Time,
    /// One of these words, in their order: `severity:>=high` works.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
}

/// Why a filter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at character {position})")]
pub struct FilterError {
    /// Where, in characters from 1.
    pub position: usize,
    /// What is wrong there, and what would be right.
    pub problem: FilterProblem,
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterProblem {
    /// It is too long.
    #[error("the filter is longer than {LONGEST_FILTER_BYTES} bytes")]
    TooLong,
    /// It has too many terms.
    #[error("the filter has more than {MOST_TERMS} terms")]
    TooManyTerms,
    /// One term has too many values.
    #[error("the term has more than {MOST_VALUES} values")]
    TooManyValues,
    /// No such key.
    #[error("`{key}` is no key of this list; the nearest is `{nearest}`")]
    UnknownKey {
        /// The key that was given.
        key: String,
        /// The nearest that exists.
        nearest: String,
    },
    /// A key without a value.
    #[error("`{key}:` needs a value; `{key}:*` asks whether there is one")]
    NoValue {
        /// The key.
        key: String,
    },
    /// A value that the key cannot have.
    #[error("`{value}` is no value of `{key}`; use {expected}")]
    BadValue {
        /// The key.
        key: String,
        /// The value that was given.
        value: String,
        /// What can be used.
        expected: String,
    },
    /// A comparison of what has no order.
    #[error("`{key}` has no order: `{sign}` cannot be asked of it")]
    NoOrder {
        /// The key.
        key: String,
        /// The sign that was used.
        sign: String,
    },
    /// A quotation mark without its end.
    #[error("the quotation mark has no end")]
    OpenQuote,
    /// A term with nothing in it.
    #[error("`-` needs a term behind it")]
    EmptyTerm,
}

impl Filter {
    /// Reads a filter over the keys of a resource. `now` (microseconds since 1970) is what `7d` counts back from.
    ///
    /// # Errors
    /// When it is malformed, too long, or asks what the resource does not have.
    pub fn read(text: &str, keys: &'static [Key], now: i64) -> Result<Filter, FilterError> {
        read::read(text, keys, now)
    }

    /// Whether it narrows nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// The order of a list: a key, and whether the greatest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The key.
    pub key: &'static str,
    /// Whether the order is reversed.
    pub is_descending: bool,
}

/// The error of naming an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this list cannot be sorted by `{key}`; the nearest that it can be is `{nearest}`")]
pub struct UnknownSort {
    /// The key that was given.
    pub key: String,
    /// The nearest that lists can be sorted by.
    pub nearest: &'static str,
}

impl Sort {
    /// Reads `key` or `-key`.
    ///
    /// # Errors
    /// When the list cannot be sorted by that.
    pub fn read(text: &str, keys: &'static [Key]) -> Result<Sort, UnknownSort> {
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let sorting = || keys.iter().filter(|key| key.sorts).map(|key| key.name);
        match sorting().find(|key| *key == name) {
            Some(key) => Ok(Sort { key, is_descending }),
            None => Err(UnknownSort { key: name.to_owned(), nearest: nearest(name, sorting()).unwrap_or_default() }),
        }
    }
}

#[cfg(test)]
mod tests;
