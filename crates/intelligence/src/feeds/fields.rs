//! Fields that many feeds share: titles, times, vulnerability ids, scores.

use model::cvss::CvssVector;

use crate::time;

/// The longest title, in characters.
const TITLE_LIMIT: usize = 200;

/// One line of at most 200 characters: the first line with words in it, without markup in front.
pub(super) fn title(text: &str) -> Option<String> {
    let line = text.lines().map(|line| line.trim().trim_start_matches(['#', '*', '>', '=', '-', ' ']).trim());
    let line = line.into_iter().find(|line| line.chars().any(char::is_alphanumeric))?;
    let cut = match line.char_indices().nth(TITLE_LIMIT) {
        None => return Some(line.split_whitespace().collect::<Vec<_>>().join(" ")),
        Some(_) => line.char_indices().nth(TITLE_LIMIT - 1).map_or(line.len(), |(at, _)| at),
    };
    Some(format!("{}…", line.get(..cut).unwrap_or(line).trim_end()))
}

/// A time of any feed as RFC 3339 in UTC, to the second: `2023-09-20T05:12:42Z`.
///
/// Reads `YYYY-MM-DD`, with a time after `T` or a space, with fractions, with `Z`, `UTC` or an offset; a time without a
/// zone is taken as UTC. A time before 1980 stands for "unknown" (some feeds write the year 1) and reads as nothing.
pub(super) fn time(text: &str) -> Option<String> {
    let (date, clock) = match text.trim().split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, clock.trim()),
        None => (text.trim(), ""),
    };
    let mut parts = date.splitn(3, '-');
    let year = number(parts.next()?, 4)?;
    let (month, day) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if !(1980..=9999).contains(&year) {
        return None;
    }
    let day = model::time::days(year, month, day)?;
    let zone_at = clock.find(['Z', 'z', 'U', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone_at);
    let mut parts = clock.trim().split(['.', ',']).next().unwrap_or_default().splitn(3, ':');
    let mut part = || parts.next().filter(|text| !text.is_empty()).map_or(Some(0), |text| number(text, 2));
    let (hour, minute, second) = (part()?, part()?, part()?);
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = day * model::time::DAY + hour * 3_600 + minute * 60 + second - offset(zone)?;
    u64::try_from(seconds).ok().map(time::format)
}

/// Seconds east of UTC of `Z`, `UTC`, `+hh:mm`, `-hhmm`.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.as_bytes().first() {
        Some(b'+') => (1, zone.get(1..)?),
        Some(b'-') => (-1, zone.get(1..)?),
        _ => return Some(0),
    };
    let digits: String = digits.chars().filter(|digit| *digit != ':').collect();
    let minutes = digits.get(2..4).map_or(Some(0), |minutes| number(minutes, 2))?;
    Some(sign * (number(digits.get(..2)?, 2)? * 3_600 + minutes * 60))
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() <= digits && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// A day written by people, such as `29 Mar 2023`, as RFC 3339.
pub(super) fn written_day(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| month.starts_with(name))? + 1;
    time(&format!("{year}-{month}-{day}"))
}

/// The CVE ids in a text, upper case, in order and once each, without what is glued to them (`CVE-2017-8073.patch`).
pub(super) fn cve_ids(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let bytes = text.as_bytes();
    for at in memchr::memmem::find_iter(&bytes.to_ascii_uppercase(), b"CVE-") {
        let Some(id) = cve_id_at(bytes, at) else { continue };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn cve_id_at(bytes: &[u8], at: usize) -> Option<String> {
    let year = bytes.get(at + 4..at + 8)?;
    let number = bytes.get(at + 9..)?;
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let valid = year.iter().all(u8::is_ascii_digit) && bytes.get(at + 8) == Some(&b'-') && (4..=19).contains(&digits);
    let text = std::str::from_utf8(bytes.get(at..at + 9 + digits)?).ok()?;
    valid.then(|| text.to_ascii_uppercase())
}

/// Whether the whole text is a CVE id in upper case.
pub(super) fn is_cve_id(text: &str) -> bool {
    text.starts_with("CVE-") && cve_id_at(text.as_bytes(), 0).is_some_and(|id| id.len() == text.len())
}

/// Adds the vector that the text holds, if it is one and not there yet.
pub(super) fn add_score(scores: &mut Vec<CvssVector>, text: &str) {
    if let Ok(vector) = text.trim().parse::<CvssVector>()
        && !scores.contains(&vector)
    {
        scores.push(vector);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(time(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn times_of_all_feeds_become_one_form() {
        check("2021-09-26T23:32:08.989778Z", Some("2021-09-26T23:32:08Z"));
        check("2023-09-20T05:12:42.403706+00:00", Some("2023-09-20T05:12:42Z"));
        check("2024-05-01T00:00:00+0000", Some("2024-05-01T00:00:00Z"));
        check("2024-03-01T01:30:00+02:00", Some("2024-02-29T23:30:00Z"));
        check("2023-03-01 12:00:00 UTC", Some("2023-03-01T12:00:00Z"));
        check("2018-01-04 21:41", Some("2018-01-04T21:41:00Z"));
        check("2025-08-25", Some("2025-08-25T00:00:00Z"));
        check("2023-06-15T00:15:00", Some("2023-06-15T00:15:00Z"));
        check("0001-01-01T00:00:00Z", None);
        check("2024-13-01", None);
        check("unknown", None);
        check("", None);
        check("2024-01-01T99:00:00Z", None);
        assert_eq!(written_day("29 Mar 2023").as_deref(), Some("2023-03-29T00:00:00Z"));
        assert_eq!(written_day("2 Brumaire 2023"), None);
    }

    #[test]
    fn titles_are_one_line_of_bounded_length() {
        assert_eq!(title("\n### Impact\n\nmore").as_deref(), Some("Impact"));
        assert_eq!(title("a  b\tc").as_deref(), Some("a b c"));
        assert_eq!(title("--\n \n"), None);
        let long = title(&"é".repeat(300)).unwrap();
        assert_eq!(long.chars().count(), 200);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn cve_ids_are_found_whatever_is_glued_to_them() {
        assert_eq!(cve_ids("CVE-2017-2887 TALOS-2017-0394"), ["CVE-2017-2887"]);
        assert_eq!(cve_ids("CVE-2017-8073.patch cve-2017-17434-2,CVE-2017-8073"), ["CVE-2017-8073", "CVE-2017-17434"]);
        assert_eq!(cve_ids("CVE-17-1 XSA-207 CVE-2017-12"), [""; 0]);
        assert!(is_cve_id("CVE-2017-2887"));
        assert!(!is_cve_id("CVE-2017-17434-2"));
    }
}
