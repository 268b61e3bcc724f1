//! Haskell's order (`Data.Version`): numbers joined by dots compare one by one, and the shorter of two is earlier.

use super::key_writer::{KeyWriter, take_digits};

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let mut rest = version.as_bytes();
    loop {
        let digits = take_digits(&mut rest);
        if digits.is_empty() {
            return None;
        }
        key.number(digits);
        match rest {
            [b'.', after @ ..] => rest = after,
            // Tags behind a hyphen take no part in the order.
            [] | [b'-', ..] => return Some(()),
            _ => return None,
        }
    }
}
