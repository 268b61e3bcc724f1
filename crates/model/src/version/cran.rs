//! R's order (`package_version`): numbers joined by dots or hyphens compare one by one, and the shorter is earlier.

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
            [b'.' | b'-', after @ ..] => rest = after,
            [] => return Some(()),
            _ => return None,
        }
    }
}
