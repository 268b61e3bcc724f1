//! The order of PHP packages: `version_compare` of PHP on what Composer makes of a version (no leading `v`).
//!
//! Parts are runs of digits and of letters. Unknown words come before `dev`, then `alpha`, `beta`, `RC`, then the end
//! and numbers, then patch levels (`pl`, `p`). Unlike elsewhere `1.0` is earlier than `1.0.0`.
//!
//! A branch of numbers (`2.x-dev`) is the newest of its line, as Composer has it: it puts 9999999 for what is not said
//! (composer/semver, `VersionParser::normalizeBranch`). A branch of a name (`dev-main`) is no version.

use super::key_writer::{KeyWriter, take_digits, take_while};

const UNKNOWN: u8 = 1;
/// The special forms in the order in which PHP looks for them, as beginnings of a word.
const FORMS: [(&[u8], u8); 6] =
    [(b"dev", DEVELOPMENT), (b"a", 3), (b"b", 4), (b"RC", 5), (b"rc", 5), (b"p", PATCH_LEVEL)];
const END: u8 = 6;
const PATCH_LEVEL: u8 = 0xF9;
/// The mark of `dev`.
const DEVELOPMENT: u8 = 2;
/// What Composer puts for each number that a branch leaves open.
const NEWEST: &[u8] = b"9999999";
/// How many numbers Composer gives a version.
const NUMBERS: usize = 4;

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let mut rest = match version.as_bytes() {
        [b'v' | b'V', after @ ..] => after,
        all => all,
    };
    if version.as_bytes().get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case(b"dev-")) {
        return None;
    }
    if let Some(numbers) = numbers_of_branch(rest) {
        let mut count = 0;
        for number in numbers.split(|&byte| byte == b'.') {
            key.number(if is_open(number) { NEWEST } else { number });
            count += 1;
        }
        for _ in count..NUMBERS {
            key.number(NEWEST);
        }
        key.mark(DEVELOPMENT);
        key.mark(END);
        return Some(());
    }
    while let Some((&first, others)) = rest.split_first() {
        if first.is_ascii_digit() {
            key.number(take_digits(&mut rest));
        } else if first.is_ascii_alphabetic() {
            let word = take_while(&mut rest, |byte| byte.is_ascii_alphabetic());
            // PHP regards case: `BETA` is an unknown word, and all unknown words are equal.
            let form = FORMS.iter().find(|(form, _)| word.starts_with(form));
            key.mark(form.map_or(UNKNOWN, |(_, mark)| *mark));
        } else {
            rest = others;
        }
    }
    key.mark(END);
    Some(())
}

/// The `2.3.x` of `2.3.x-dev`; nothing for what leaves no number open.
fn numbers_of_branch(version: &[u8]) -> Option<&[u8]> {
    let (numbers, word) = version.split_at(version.len().checked_sub(3)?);
    if !word.eq_ignore_ascii_case(b"dev") {
        return None;
    }
    let numbers = match numbers {
        [before @ .., b'.' | b'-'] => before,
        all => all,
    };
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let (mut count, mut open) = (0, 0);
    for part in numbers.split(|&byte| byte == b'.') {
        if count > 0 && is_open(part) {
            open += 1;
        } else if !is_number(part) {
            return None;
        }
        count += 1;
    }
    (open > 0 && count <= NUMBERS).then_some(numbers)
}

fn is_open(part: &[u8]) -> bool {
    part.eq_ignore_ascii_case(b"x")
}
