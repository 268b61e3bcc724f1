//! The second factor: time-based one-time passwords (RFC 6238) of six digits, SHA-1, thirty seconds, as every
//! authenticator application has them.

use aws_lc_rs::hmac;

/// Seconds of a step.
const STEP: i64 = 30;

/// How many steps a clock may be off, either way.
const SKEW: i64 = 1;

/// The step in which a code is right, later than the last one used; `None` where it is wrong or was used.
pub(crate) fn accepted_step(secret: &[u8], code: &str, seconds: i64, last_step: i64) -> Option<i64> {
    let now = seconds / STEP;
    (now - SKEW..=now + SKEW)
        .filter(|step| *step > last_step)
        .find(|step| crate::secrets::is_same(self::code(secret, *step).as_bytes(), code.as_bytes()))
}

/// The code of a step (RFC 4226, section 5.3).
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = usize::from(bytes[bytes.len() - 1] & 0x0f);
    let number = u32::from_be_bytes([bytes[at] & 0x7f, bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// A secret in base 32 (RFC 4648, section 6), as it is typed into an application.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(secret, seconds / STEP), expected);
        }
    }

    #[test]
    fn a_code_counts_once_and_for_a_minute_and_a_half() {
        let secret = b"12345678901234567890";
        let step = 1_111_111_109 / STEP;
        assert_eq!(accepted_step(secret, "081804", 1_111_111_109, 0), Some(step));
        assert_eq!(accepted_step(secret, "081804", 1_111_111_109, step), None, "used");
        assert_eq!(accepted_step(secret, "081804", 1_111_111_109 + 2 * STEP, 0), None, "old");
        assert_eq!(accepted_step(secret, "000000", 1_111_111_109, 0), None);
    }

    #[test]
    fn secrets_are_shown_in_base_32() {
        // RFC 4648, section 10, without padding.
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }
}
