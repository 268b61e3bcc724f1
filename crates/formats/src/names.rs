//! Names and times that documents demand, derived from content so that the same report gives the same document.

use std::fmt::Write;
use std::hash::Hasher;
use std::io;

use model::{ScanReport, time};
use serde::Serialize;
use twox_hash::XxHash3_64;

use crate::WriteOptions;

/// A UUID (RFC 9562, version 8: vendor-specific) derived from text.
pub(crate) fn text_uuid(text: &str) -> String {
    uuid_of([1, 2].map(|seed| XxHash3_64::oneshot_with_seed(seed, text.as_bytes())))
}

/// A UUID like that of [`text_uuid`], derived from a document's content, which is written for it once.
///
/// # Errors
/// When the document cannot be written as JSON.
pub(crate) fn document_uuid(document: &impl Serialize) -> io::Result<String> {
    let mut hashed = io::BufWriter::with_capacity(1 << 16, Hashed([1, 2].map(XxHash3_64::with_seed)));
    serde_json::to_writer(&mut hashed, document)?;
    let Hashed(hashes) = hashed.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(uuid_of(hashes.map(|hash| hash.finish())))
}

/// What is written, as hashes of it.
struct Hashed([XxHash3_64; 2]);

impl io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.iter_mut().for_each(|hash| hash.write(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn uuid_of(hashes: [u64; 2]) -> String {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&hashes[0].to_be_bytes());
    bytes[8..].copy_from_slice(&hashes[1].to_be_bytes());
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut uuid = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        let _ = write!(uuid, "{byte:02x}");
    }
    uuid
}

/// The time of a document, RFC 3339 in whole seconds of UTC: the one that was given, else that of the intelligence, else
/// the beginning of 1970.
pub(crate) fn timestamp(report: &ScanReport, options: &WriteOptions) -> String {
    match (options.time, &report.intelligence) {
        (Some(seconds), _) => rfc3339(seconds),
        (None, Some(intelligence)) => match date_time(&intelligence.built) {
            Some(built) => built,
            None => rfc3339(i64::try_from(intelligence.sequence).unwrap_or_default()),
        },
        (None, None) => rfc3339(0),
    }
}

/// A date or time in UTC as `YYYY-MM-DDTHH:MM:SSZ`; `None` for what is neither.
pub(crate) fn date_time(text: &str) -> Option<String> {
    let date = text.get(..10)?;
    let time = match text.get(10..)? {
        "" => "T00:00:00",
        rest => rest.get(..9).filter(|_| rest.ends_with('Z') || rest.len() == 9)?,
    };
    let fits = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == wanted,
            })
    };
    let number = |range| date.get(range).and_then(|text: &str| text.parse::<u8>().ok());
    let is_day = matches!(number(5..7), Some(1..=12)) && matches!(number(8..10), Some(1..=31));
    let is_time = time.get(1..3)? < "24" && time.get(4..6)? < "60" && time.get(7..9)? < "60";
    (fits(date, "0000-00-00") && fits(time, "T00:00:00") && is_day && is_time).then(|| format!("{date}{time}Z"))
}

/// Seconds since 1970 as RFC 3339 in UTC.
fn rfc3339(seconds: i64) -> String {
    let second = seconds.rem_euclid(time::DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", time::date(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(rfc3339(1_763_769_600), "2025-11-22T00:00:00Z");
    }

    #[test]
    fn dates_and_times_get_one_form() {
        let cases = [
            ("2024-05-06", Some("2024-05-06T00:00:00Z")),
            ("2024-05-06T07:08:09.123Z", Some("2024-05-06T07:08:09Z")),
            ("2024-05-06T07:08:09", Some("2024-05-06T07:08:09Z")),
            ("2024-05-06T07:08:09+02:00", None),
            ("2024-13-06", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, written) in cases {
            assert_eq!(date_time(text).as_deref(), written, "{text}");
        }
    }

    #[test]
    fn the_same_text_has_the_same_uuid() {
        let uuid = text_uuid("\"a\"");
        assert_eq!(uuid, text_uuid("\"a\""));
        assert_eq!(uuid, document_uuid(&"a").unwrap());
        assert_ne!(uuid, text_uuid("b"));
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "8"));
    }
}
