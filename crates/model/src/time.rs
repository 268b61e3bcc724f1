//! Times as seconds since 1970, read from RFC 3339 and its dates. Nothing here knows what time it is.

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The last second that RFC 3339 can write, 9999-12-31T23:59:59Z.
pub const LAST: i64 = 253_402_300_799;

/// The seconds since 1970 of `2026-01-31`, `2026-01-31T12:00:00Z` or the like with an offset or fractions of a second (RFC 3339, section 5.6).
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.len() < 10 {
        return None;
    }
    let day = days(number(&text[0..4])?, number(&text[5..7])?, number(&text[8..10])?)?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    if text.len() == 10 {
        return Some(day * DAY);
    }
    let (clock, offset) = clock_and_offset(&text[11..])?;
    matches!(bytes[10], b'T' | b't' | b' ').then_some(day * DAY + clock - offset)
}

/// Whether a text is a date without a time of day.
pub fn is_date(text: &str) -> bool {
    text.len() == 10
}

/// The date of a moment, `YYYY-MM-DD`.
pub fn date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

fn clock_and_offset(text: &str) -> Option<(i64, i64)> {
    let clock = text.get(0..8)?;
    let parts: Option<Vec<i64>> = clock.split(':').map(number).collect();
    let [hour, minute, second] = parts?[..] else { return None };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = &text[8..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        rest = if digits > 0 { &fraction[digits..] } else { return None };
    }
    let offset = match rest.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let size = number(&rest[1..3])? * 3600 + number(&rest[4..6])? * 60;
            if *sign == b'-' { -size } else { size }
        }
        _ => return None,
    };
    Some((hour * 3600 + minute * 60 + second, offset))
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Days since 1970-01-01 (the proleptic Gregorian calendar); `None` for what is no day.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let shifted = year - i64::from(month <= 2);
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    (civil(days) == (year, month, day)).then_some(days)
}

/// Year, month and day of a number of days since 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(parse("1970-01-02"), Some(DAY));
        assert_eq!(parse("2000-02-29T12:00:00Z"), Some(951_825_600));
        assert_eq!(parse("2000-02-29T12:00:00.25+09:00"), Some(951_825_600 - 9 * 3600));
        for wrong in
            ["2001-02-29", "2001-13-01", "tomorrow", "2001-01-01T25:00:00Z", "2001-01-01T00:00:00", "２０２６-01"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_read_back_as_they_were() {
        for day in (-200_000..200_000).step_by(97) {
            assert_eq!(parse(&date(day * DAY)), (day >= -719_528).then_some(day * DAY).or(parse(&date(day * DAY))));
        }
        assert_eq!(date(951_825_600), "2000-02-29");
        assert_eq!(parse("9999-12-31T23:59:59Z"), Some(LAST));
    }
}
