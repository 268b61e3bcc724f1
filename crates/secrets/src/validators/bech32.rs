//! Bech32 (BIP 173), in which age writes its keys: in upper case, with a checksum of six signs.

const SIGNS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// Whether the text is bech32 with a checksum that holds.
pub(super) fn is_valid(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let Some(separator) = text.iter().rposition(|byte| *byte == b'1') else { return false };
    let (prefix, data) = (&text[..separator], &text[separator + 1..]);
    if prefix.is_empty() || data.len() < 6 {
        return false;
    }
    let high = prefix.iter().map(|byte| u32::from(byte >> 5));
    let low = prefix.iter().map(|byte| u32::from(byte & 31));
    let mut checksum = high.chain([0]).chain(low).fold(1, step);
    for byte in data {
        let Some(value) = SIGNS.iter().position(|sign| sign == byte) else { return false };
        checksum = step(checksum, value as u32);
    }
    checksum == 1
}

fn step(checksum: u32, value: u32) -> u32 {
    let top = checksum >> 25;
    let shifted = ((checksum & 0x01ff_ffff) << 5) ^ value;
    GENERATORS
        .iter()
        .enumerate()
        .fold(shifted, |sum, (bit, generator)| if top >> bit & 1 == 1 { sum ^ generator } else { sum })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_hold() {
        for text in ["A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "?1ezyfcl"] {
            assert!(is_valid(text.as_bytes()), "{text}");
        }
        for text in ["", "1", "A1G7SGD8", "li1dgmt3", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx"] {
            assert!(!is_valid(text.as_bytes()), "{text}");
        }
    }
}
