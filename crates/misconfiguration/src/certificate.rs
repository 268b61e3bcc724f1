//! The day on which an X.509 certificate ends (RFC 5280, section 4.1.2.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// Bytes of a certificate that are read.
const LARGEST: usize = 64 << 10;

/// The last day of the first certificate of a text in PEM: `2026-11-28`.
pub(crate) fn not_after(pem: &str) -> Option<String> {
    let (_, rest) = pem.split_once(BEGIN)?;
    let (encoded, _) = rest.split_once(END)?;
    let encoded: String = encoded.chars().filter(|sign| !sign.is_whitespace()).take(LARGEST).collect();
    let bytes = STANDARD.decode(encoded).ok()?;
    let (_, certificate, _) = element(&bytes)?;
    let (_, mut fields, _) = element(certificate)?;
    // Version, serial number, signature algorithm and issuer stand before the validity; a version may be left out.
    if element(fields)?.0 == 0xa0 {
        fields = element(fields)?.2;
    }
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, after_begin) = element(validity)?;
    let (tag, time, _) = element(after_begin)?;
    day(tag, std::str::from_utf8(time).ok()?)
}

/// Tag, content and rest of what begins with a DER element.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let count = usize::from(long & 0x7f);
            let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
            (digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit)), &rest[count..])
        }
    };
    Some((*tag, rest.get(..length)?, &rest[length..]))
}

/// UTCTime has two digits of the year, GeneralizedTime four.
fn day(tag: u8, time: &str) -> Option<String> {
    if !time.is_ascii() {
        return None;
    }
    let (year, rest) = match tag {
        0x17 => {
            let year: u32 = time.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, time.get(2..)?)
        }
        0x18 => (time.get(..4)?.parse().ok()?, time.get(4..)?),
        _ => return None,
    };
    Some(format!("{year:04}-{}-{}", rest.get(..2)?, rest.get(2..4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_forms_are_read() {
        assert_eq!(day(0x17, "491231235959Z").as_deref(), Some("2049-12-31"));
        assert_eq!(day(0x17, "991231235959Z").as_deref(), Some("1999-12-31"));
        assert_eq!(day(0x18, "20600101000000Z").as_deref(), Some("2060-01-01"));
    }

    #[test]
    fn what_is_no_certificate_has_no_day() {
        for text in ["", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----MIIB-----END CERTIFICATE-----"] {
            assert_eq!(not_after(text), None, "{text}");
        }
    }
}
