//! Times in requests and answers.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment: microseconds since 1970 inside, RFC 3339 in UTC outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// The last microsecond that RFC 3339 can write, of the year 9999.
const LAST: i64 = 253_402_300_799_999_999;

impl Moment {
    /// The text of the moment, to the microsecond where it is not zero; the last one that can be written for any after it.
    pub fn text(self) -> String {
        let nanoseconds = i128::from(self.0.min(LAST)) * 1000;
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        moment.format(&Rfc3339).unwrap_or_default()
    }

    /// Reads a moment with its offset.
    pub fn read(text: &str) -> Option<Moment> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos() / 1000).ok().map(Moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::read(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no time; use 2026-01-31T12:00:00Z")))
    }
}

impl utoipa::PartialSchema for Moment {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .description(Some("RFC 3339, in UTC"))
            .into()
    }
}

impl utoipa::ToSchema for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        assert_eq!(Moment(0).text(), "1970-01-01T00:00:00Z");
        assert_eq!(Moment(1_500_000).text(), "1970-01-01T00:00:01.5Z");
        assert_eq!(Moment::read("1970-01-01T01:00:01.5+01:00"), Some(Moment(1_500_000)));
        assert_eq!(Moment::read("yesterday"), None);
        assert_eq!(Moment(253_402_300_800_000_000).text(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(Moment(i64::MAX).text(), "9999-12-31T23:59:59.999999Z");
    }
}
