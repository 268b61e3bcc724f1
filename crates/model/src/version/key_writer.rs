//! The letters that every scheme's keys are written in.
//!
//! A number's first byte lies in `0x10..=0xF8`. A scheme marks what sorts below every number with bytes under `0x10`,
//! what sorts above with bytes over `0xF8`. Numbers and texts end by themselves, so that what follows them cannot change
//! how they compare.

/// Ends a text; smaller than every byte that a text can have.
const TEXT_END: u8 = 0;
/// The byte of the number zero; the next ones are the small numbers themselves.
pub(super) const ZERO: u8 = 0x10;
/// The first number that does not fit into one byte.
const FIRST_LARGE: u64 = 0xE0;
/// Numbers of one to eight bytes.
const LARGE: u8 = 0xF0;
/// Numbers of 20 digits and more, as the count of digits and the digits.
const HUGE: u8 = 0xF8;

/// Appends the parts of a key.
pub(super) struct KeyWriter<'a> {
    bytes: &'a mut Vec<u8>,
}

impl<'a> KeyWriter<'a> {
    /// Writes behind what `bytes` hold.
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> KeyWriter<'a> {
        KeyWriter { bytes }
    }

    /// One byte of the scheme's own.
    #[inline]
    pub(super) fn mark(&mut self, mark: u8) {
        self.bytes.push(mark);
    }

    /// A number of any length from its ASCII digits; no digits are zero.
    #[inline]
    pub(super) fn number(&mut self, digits: &[u8]) {
        let digits = trim_zeros(digits);
        if digits.len() > 19 {
            let count = u32::try_from(digits.len()).unwrap_or(u32::MAX);
            self.bytes.push(HUGE);
            self.bytes.extend_from_slice(&count.to_be_bytes());
            self.bytes.extend_from_slice(digits);
            return;
        }
        // Nineteen digits fit into 64 bits.
        let value = digits.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        if value < FIRST_LARGE {
            self.bytes.push(ZERO + value as u8);
        } else {
            let all = value.to_be_bytes();
            let skipped = value.leading_zeros() as usize / 8;
            self.bytes.push(LARGE + (7 - skipped) as u8);
            self.bytes.extend_from_slice(&all[skipped..]);
        }
    }

    /// A text, which compares as its bytes do.
    #[inline]
    pub(super) fn text(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.bytes.push(TEXT_END);
    }

    /// A text in lower case.
    pub(super) fn text_lower_case(&mut self, text: &[u8]) {
        self.bytes.extend(text.iter().map(u8::to_ascii_lowercase));
        self.bytes.push(TEXT_END);
    }
}

/// The digits without leading zeros: none for zero.
#[inline]
pub(super) fn trim_zeros(mut digits: &[u8]) -> &[u8] {
    while let [b'0', rest @ ..] = digits {
        digits = rest;
    }
    digits
}

/// Cuts the longest beginning off whose bytes all pass.
#[inline]
pub(super) fn take_while<'a>(rest: &mut &'a [u8], passes: impl Fn(u8) -> bool) -> &'a [u8] {
    let length = rest.iter().position(|&byte| !passes(byte)).unwrap_or(rest.len());
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

/// Cuts the digits at the beginning off.
#[inline]
pub(super) fn take_digits<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    take_while(rest, |byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        KeyWriter::new(&mut bytes).number(digits.as_bytes());
        bytes
    }

    #[test]
    fn numbers_of_any_length_sort_by_value() {
        let ascending = [
            "0",
            "1",
            "9",
            "10",
            "223",
            "224",
            "255",
            "256",
            "65535",
            "65536",
            "9999999999999999999",
            "10000000000000000000",
            "18446744073709551616",
            "99999999999999999999",
            "100000000000000000000",
        ];
        for pair in ascending.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
        assert_eq!(number("007"), number("7"));
        assert_eq!(number(""), number("000"));
    }
}
