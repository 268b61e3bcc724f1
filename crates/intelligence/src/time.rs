//! Times: RFC 3339 text to seconds since 1970 and back, without a clock.

use model::time::{DAY, civil, days};

/// 9999-12-31T00:00:00Z, the last day that has four digits of a year, in seconds since 1970.
const END_OF_YEARS: i64 = 253_402_214_400;

/// The last year whose times are believed: a record from the far future must not set the sequence number for ever.
const LAST_YEAR: i64 = 2199;

/// Reads an RFC 3339 time or date, as seconds since 1970; the far past and the far future, which stand for "unknown", are none.
pub fn parse(text: &str) -> Option<u64> {
    let bytes = text.trim().as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<i64> {
        bytes
            .get(range)?
            .iter()
            .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    };
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let separated = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !separated || !(1970..=LAST_YEAR).contains(&year) {
        return None;
    }
    let midnight = days(year, month, day)? * DAY;
    if bytes.len() == 10 {
        return u64::try_from(midnight).ok();
    }
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19).unwrap_or(0));
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    u64::try_from(midnight + hour * 3600 + minute * 60 + second - offset_seconds(bytes)).ok()
}

/// The offset from UTC that the end of a time names.
fn offset_seconds(bytes: &[u8]) -> i64 {
    let Some([sign @ (b'+' | b'-'), h1, h2, rest @ ..]) = bytes.len().checked_sub(6).and_then(|at| bytes.get(at..))
    else {
        return 0;
    };
    let digit = |byte: &u8| i64::from(byte.wrapping_sub(b'0').min(9));
    let [b':', m1, m2] = rest else { return 0 };
    let seconds = (digit(h1) * 10 + digit(h2)) * 3600 + (digit(m1) * 10 + digit(m2)) * 60;
    if *sign == b'+' { seconds } else { -seconds }
}

/// Writes seconds since 1970 as RFC 3339.
pub(crate) fn format(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX).min(END_OF_YEARS);
    let (year, month, day) = civil(seconds / DAY);
    let second = seconds % DAY;
    // Written by hand, because every finding has a time and formatting machinery would cost more than finding it.
    let mut text = String::with_capacity(20);
    for (number, digits, after) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (second / 3600, 2, ':'),
        (second / 60 % 60, 2, ':'),
        (second % 60, 2, 'Z'),
    ] {
        push_digits(&mut text, number.unsigned_abs(), digits);
        text.push(after);
    }
    text
}

/// Appends a number with at least so many digits.
pub(crate) fn push_digits(text: &mut String, number: u64, digits: usize) {
    let mut reversed = [b'0'; 20];
    let (mut left, mut count) = (number, 0);
    while left > 0 || count < digits {
        let Some(digit) = reversed.get_mut(count) else { break };
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
    }
    text.extend(reversed[..count].iter().rev().map(|&digit| char::from(digit)));
}

/// A time as the database stores it: zero for none.
pub(crate) fn encode(seconds: Option<u64>) -> u64 {
    seconds.map_or(0, |seconds| seconds + 1)
}

/// The text of a time that the database stores.
pub(crate) fn decode(stored: u64) -> Option<String> {
    stored.checked_sub(1).map(format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_the_round_trip() {
        for text in ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2024-12-31T12:00:01Z", "2100-03-01T00:00:00Z"] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
        assert_eq!(parse("2024-01-01T00:00:00Z"), Some(1_704_067_200));
    }

    #[test]
    fn the_far_future_ends_with_the_last_year_of_four_digits() {
        assert_eq!(format(u64::MAX), "9999-12-31T00:00:00Z");
    }

    #[test]
    fn offsets_fractions_and_plain_dates_are_read() {
        for (text, same) in [
            ("2024-01-01T02:00:00.123456+02:00", "2024-01-01T00:00:00Z"),
            ("2023-12-31T19:30:00-04:30", "2024-01-01T00:00:00Z"),
            ("2024-01-01", "2024-01-01T00:00:00Z"),
            ("2024-01-01T00:00Z", "2024-01-01T00:00:00Z"),
        ] {
            assert_eq!(parse(text).map(format).as_deref(), Some(same), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_or_cannot_be_meant_is_none() {
        for text in [
            "",
            "yesterday",
            "0001-01-01T00:00:00Z",
            "9999-12-31T00:00:00Z",
            "2024-13-01",
            "2023-02-29",
            "2024-01-01T99:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
