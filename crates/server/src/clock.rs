//! The one place of the server that reads the clock.

use std::time::SystemTime;

/// The time, in microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "requests, sessions and records happen at a time")]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000;
