//! Texts as sets of hashed runs of words, so that layout, case, punctuation and comment signs do not count. The build
//! script uses it as well, so that the texts of the SPDX list and those that are met are cut alike.

/// How many words make a run.
const RUN: usize = 4;

/// The hashes of all runs of words of a text, in order; at most `most` words count.
pub(crate) fn shingles(text: &str, most: usize) -> Vec<u32> {
    let mut hashes = Vec::with_capacity(text.len() / 6);
    let mut recent = [0u64; RUN];
    let mut word = FIRST;
    let mut is_in_word = false;
    let mut count = 0;
    let mut end_word = |word: u64| {
        recent.rotate_left(1);
        recent[RUN - 1] = word;
        count += 1;
        if count >= RUN {
            let run = recent.iter().fold(FIRST, |hash, word| (hash ^ word).wrapping_mul(PRIME).rotate_left(23));
            let run = (run ^ (run >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            hashes.push((run >> 32) as u32);
        }
        count < most
    };
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            let byte = byte.to_ascii_lowercase();
            word = (word ^ u64::from(byte)).wrapping_mul(PRIME);
            is_in_word = true;
        } else if is_in_word && byte != b'\'' {
            if !end_word(word) {
                return hashes;
            }
            (word, is_in_word) = (FIRST, false);
        }
    }
    if is_in_word {
        end_word(word);
    }
    hashes
}

/// The start and the factor of FNV-1a (64 bits).
const FIRST: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
