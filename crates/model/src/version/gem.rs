//! The order of RubyGems (`Gem::Version#<=>`).
//!
//! Segments of digits and of letters; a hyphen reads as `.pre.`. A segment that is missing is zero, letters sort before
//! every number, and zeros before the first letters and at the end do not count.

use super::key_writer::{KeyWriter, take_digits, take_while, trim_zeros};

const LETTERS: u8 = 1;
/// A zero with letters behind it: earlier than the end, which goes on with zeros for ever.
const ZERO_BEFORE_LETTERS: u8 = 2;
const END: u8 = 3;

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let mut rest = version.as_bytes();
    if !rest[0].is_ascii_digit() {
        return None;
    }
    let mut zeros = 0;
    let mut seen_letters = false;
    while let Some((&first, others)) = rest.split_first() {
        match first {
            b'0'..=b'9' => {
                let digits = take_digits(&mut rest);
                if trim_zeros(digits).is_empty() {
                    zeros += 1;
                } else {
                    for _ in 0..zeros {
                        key.number(b"0");
                    }
                    zeros = 0;
                    key.number(digits);
                }
                continue;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'-' => {
                for _ in 0..if seen_letters { zeros } else { 0 } {
                    key.mark(ZERO_BEFORE_LETTERS);
                }
                zeros = 0;
                seen_letters = true;
                key.mark(LETTERS);
                if first == b'-' {
                    key.text(b"pre");
                    rest = others;
                } else {
                    key.text(take_while(&mut rest, |byte| byte.is_ascii_alphabetic()));
                }
            }
            b'.' | b'_' | b'+' => rest = others,
            _ => return None,
        }
    }
    key.mark(END);
    Some(())
}
