//! Texts as sets of hashed runs of words, so that layout, case, punctuation and comment signs do not count. The build
//! script uses it as well, so that the texts of the SPDX list and those that are met are cut alike.

/// How many words make a run.
const RUN: usize = 4;

/// The hashes of all runs of words of a text, in order; at most `most` words count. Signs before the points of a list are
/// no words (SPDX 2.3, annex B, Bullets and numbering).
pub(crate) fn shingles(text: &str, most: usize) -> Vec<u32> {
    let mut hashes = Vec::with_capacity(text.len() / 6);
    let mut recent = [0u64; RUN];
    let mut count = 0;
    let bytes = text.as_bytes();
    let mut is_at_start_of_line = true;
    let mut at = 0;
    while at < bytes.len() && count < most {
        if !bytes[at].is_ascii_alphanumeric() {
            is_at_start_of_line |= bytes[at] == b'\n';
            at += 1;
            continue;
        }
        let start = at;
        let mut word = FIRST;
        // An apostrophe is left out and ends no word.
        while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_alphanumeric() || **byte == b'\'') {
            if *byte != b'\'' {
                word = (word ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME);
            }
            at += 1;
        }
        if is_at_start_of_line && is_point(&bytes[start..at], &bytes[at..]) {
            continue;
        }
        is_at_start_of_line = false;
        recent.rotate_left(1);
        recent[RUN - 1] = word;
        count += 1;
        if count >= RUN {
            let run = recent.iter().fold(FIRST, |hash, word| (hash ^ word).wrapping_mul(PRIME).rotate_left(23));
            let run = (run ^ (run >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            hashes.push((run >> 32) as u32);
        }
    }
    hashes
}

/// Whether a word at the start of a line numbers a point: `1.`, `(b)`, `12)`.
fn is_point(word: &[u8], rest: &[u8]) -> bool {
    let is_short = word.len() == 1 || word.len() == 2 && word.iter().all(u8::is_ascii_digit);
    is_short && matches!(rest, [b'.' | b')', next, ..] if next.is_ascii_whitespace())
}

/// The start and the factor of FNV-1a (64 bits).
const FIRST: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
