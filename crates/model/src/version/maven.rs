//! Maven's order (`org.apache.maven.artifact.versioning.ComparableVersion`).
//!
//! A version is a list of numbers and words; a hyphen, and a change between digits and letters, opens a list within the
//! list, always at its end. Within one list words come before lists and lists before numbers, and what is missing is
//! neutral: zero, or the release. Zeros and release words at the end of a list are dropped.
//!
//! What is missing stands between the items that are less and those that are more than it, so each item that is itself
//! neutral is marked by the first item behind it that is not.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::key_writer::{KeyWriter, ZERO, take_digits, take_while, trim_zeros};

// Words that stand for pre-releases have the marks 1 to 5.
const RELEASE_WORD_BELOW: u8 = 6;
const LIST_BELOW: u8 = 7;
const ZERO_BELOW: u8 = 8;
const END: u8 = 9;
const RELEASE_WORD_ABOVE: u8 = 10;
const SERVICE_PACK: u8 = 11;
const OTHER_WORD: u8 = 12;
const LIST_ABOVE: u8 = 13;

#[derive(Clone, Copy)]
enum Item<'a> {
    Number(&'a [u8]),
    /// A word with its mark; of other words the text counts too.
    Word(u8, &'a [u8]),
    /// What follows stands in a list of its own.
    List,
}

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let lower_case = if version.is_ascii() && !version.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Borrowed(version)
    } else {
        Cow::Owned(version.to_lowercase())
    };
    let mut items = parse(lower_case.as_bytes());
    normalize(&mut items);
    for (item, side) in &items {
        match (item, side) {
            (_, Ordering::Equal) => {}
            (Item::List, Ordering::Less) => key.mark(LIST_BELOW),
            (Item::List, Ordering::Greater) => key.mark(LIST_ABOVE),
            (Item::Number(digits), side) => match (trim_zeros(digits), side) {
                ([], Ordering::Less) => key.mark(ZERO_BELOW),
                ([], _) => key.mark(ZERO),
                (digits, _) => key.number(digits),
            },
            (Item::Word(END, _), Ordering::Less) => key.mark(RELEASE_WORD_BELOW),
            (Item::Word(END, _), Ordering::Greater) => key.mark(RELEASE_WORD_ABOVE),
            (Item::Word(mark, text), _) => {
                key.mark(*mark);
                if *mark == OTHER_WORD {
                    key.text(text);
                }
            }
        }
    }
    key.mark(END);
    Some(())
}

/// Reads the items; the side of each is found by `normalize`.
fn parse(mut rest: &[u8]) -> Vec<(Item<'_>, Ordering)> {
    let mut items = Vec::with_capacity(12);
    let mut add = |item| items.push((item, Ordering::Equal));
    while let Some(&first) = rest.first() {
        match first {
            // A separator without an item before it stands for a zero.
            b'.' | b'-' => add(Item::Number(b"0")),
            b'0'..=b'9' => {
                add(Item::Number(take_digits(&mut rest)));
                if rest.first().is_some_and(|&next| next != b'.' && next != b'-') {
                    add(Item::List);
                    continue;
                }
            }
            _ => {
                let text = take_while(&mut rest, |byte| !byte.is_ascii_digit() && byte != b'.' && byte != b'-');
                let before_digit = rest.first().is_some_and(u8::is_ascii_digit);
                add(Item::Word(word_mark(text, before_digit), text));
                if before_digit {
                    add(Item::List);
                    continue;
                }
            }
        }
        if let Some((&separator, after)) = rest.split_first() {
            if separator == b'-' {
                add(Item::List);
            }
            rest = after;
        }
    }
    items
}

fn word_mark(text: &[u8], before_digit: bool) -> u8 {
    match text {
        b"alpha" => 1,
        b"beta" => 2,
        b"milestone" => 3,
        b"a" if before_digit => 1,
        b"b" if before_digit => 2,
        b"m" if before_digit => 3,
        b"rc" | b"cr" => 4,
        b"snapshot" => 5,
        b"ga" | b"final" | b"release" => END,
        b"sp" => SERVICE_PACK,
        _ => OTHER_WORD,
    }
}

/// Finds on which side of the neutral each item stands and drops the neutral ends of all lists.
fn normalize(items: &mut [(Item<'_>, Ordering)]) {
    // The side of everything behind; `Equal` while there is nothing.
    let mut behind = Ordering::Equal;
    let mut at_end_of_list = true;
    for (item, side) in items.iter_mut().rev() {
        let own = match item {
            Item::List => {
                *side = behind;
                at_end_of_list = true;
                continue;
            }
            Item::Number(digits) if trim_zeros(digits).is_empty() => Ordering::Equal,
            Item::Number(_) => Ordering::Greater,
            Item::Word(mark, _) => (*mark).cmp(&END),
        };
        if own != Ordering::Equal {
            behind = own;
            at_end_of_list = false;
            *side = own;
        } else if !at_end_of_list {
            *side = behind;
        }
    }
}
