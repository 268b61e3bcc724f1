//! The order of PHP packages: `version_compare` of PHP on what Composer makes of a version (no leading `v`).
//!
//! Parts are runs of digits and of letters. Unknown words come before `dev`, then `alpha`, `beta`, `RC`, then the end
//! and numbers, then patch levels (`pl`, `p`). Unlike elsewhere `1.0` is earlier than `1.0.0`.

use super::key_writer::{KeyWriter, take_digits, take_while};

const UNKNOWN: u8 = 1;
/// The special forms in the order in which PHP looks for them, as beginnings of a word.
const FORMS: [(&[u8], u8); 6] = [(b"dev", 2), (b"a", 3), (b"b", 4), (b"RC", 5), (b"rc", 5), (b"p", PATCH_LEVEL)];
const END: u8 = 6;
const PATCH_LEVEL: u8 = 0xF9;

pub(super) fn write(version: &str, key: &mut KeyWriter<'_>) -> Option<()> {
    let mut rest = match version.as_bytes() {
        [b'v' | b'V', after @ ..] => after,
        all => all,
    };
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
