//! How often somebody may ask: a bucket of tokens for each, refilled steadily.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::SECOND;

/// The most buckets that are kept; when there are more, those that are full again are forgotten.
const MOST_BUCKETS: usize = 50_000;

/// A limit: so many at once, so many a second in the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    pub(crate) burst: f64,
    pub(crate) per_second: f64,
}

/// Log-ins from one address.
pub(crate) const LOGINS: Limit = Limit { burst: 20.0, per_second: 0.5 };

/// Requests of one principal.
pub(crate) const REQUESTS: Limit = Limit { burst: 4000.0, per_second: 2000.0 };

/// The buckets of everybody.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<String, Bucket>>);

struct Bucket {
    tokens: f64,
    at: i64,
    limit: Limit,
}

impl Bucket {
    fn refill(&mut self, now: i64) {
        let seconds = now.saturating_sub(self.at).max(0) as f64 / SECOND as f64;
        self.tokens = (self.tokens + seconds * self.limit.per_second).min(self.limit.burst);
        self.at = now;
    }
}

impl Rates {
    /// Takes one of somebody's tokens. Where none is left, tells in how many seconds there is one.
    pub(crate) fn take(&self, who: &str, limit: Limit, now: i64) -> Result<(), u64> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS && !buckets.contains_key(who) {
            buckets.retain(|_, bucket| {
                bucket.refill(now);
                bucket.tokens < bucket.limit.burst
            });
        }
        let bucket = buckets.entry(who.to_owned()).or_insert(Bucket { tokens: limit.burst, at: now, limit });
        bucket.refill(now);
        if bucket.tokens < 1.0 {
            return Err(((1.0 - bucket.tokens) / limit.per_second).ceil() as u64);
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_often_waits_and_others_do_not() {
        let rates = Rates::default();
        let limit = Limit { burst: 2.0, per_second: 0.5 };
        assert_eq!(rates.take("eve", limit, 0), Ok(()));
        assert_eq!(rates.take("eve", limit, 0), Ok(()));
        assert_eq!(rates.take("eve", limit, 0), Err(2));
        assert_eq!(rates.take("bob", limit, 0), Ok(()));
        assert_eq!(rates.take("eve", limit, 2 * SECOND), Ok(()));
        assert_eq!(rates.take("eve", limit, 2 * SECOND), Err(2));
    }
}
