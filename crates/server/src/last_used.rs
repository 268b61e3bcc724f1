//! When sessions and API tokens were last used, kept to the minute so that reading does not write. Nobody waits for it: who
//! asks is not held up by a database that is slow to write, or cannot.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use store::{Connection, StoreError};

use crate::app::App;
use crate::clock::SECOND;

/// A use is noted where the one before is no younger than this, in microseconds.
pub(crate) const STEP: i64 = 60 * SECOND;

/// The most uses that are remembered: some MiB.
const MOST: usize = 10_000;

/// When this server last noted the use of each session or token, by its id: those who ask at once have it noted once.
#[derive(Debug, Default)]
pub(crate) struct LastUsed(Mutex<HashMap<String, i64>>);

impl LastUsed {
    /// Whether a use is to be written; from then on it is taken as written.
    fn take(&self, id: &str, now: i64) -> bool {
        let is_recent = |last: &i64| now.abs_diff(*last) < STEP.unsigned_abs();
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(id).is_some_and(is_recent) {
            return false;
        }
        if noted.len() >= MOST {
            noted.retain(|_, last| is_recent(last));
            if noted.len() >= MOST {
                noted.clear();
            }
        }
        noted.insert(id.to_owned(), now);
        true
    }
}

/// Notes soon that something was used, by how the store notes it.
pub(crate) fn note(app: &App, id: &str, now: i64, touch: fn(&mut Connection, &str, i64) -> Result<(), StoreError>) {
    if !app.last_used.take(id, now) {
        return;
    }
    let (app, id) = (app.clone(), id.to_owned());
    tokio::spawn(async move {
        if let Err(error) = app.note(move |connection| touch(connection, &id, now)).await {
            tracing::warn!(%error, "a use of a session or token could not be noted; it is tried again in a minute");
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestServer;

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let last_used = LastUsed::default();
        assert!(last_used.take("a", 0));
        assert!(!last_used.take("a", STEP - 1));
        assert!(last_used.take("b", STEP - 1));
        assert!(last_used.take("a", STEP));
        assert!(last_used.take("a", -STEP), "after a clock that was ahead");
        for number in 0..MOST {
            last_used.take(&number.to_string(), 10 * STEP);
        }
        assert!(last_used.0.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn what_was_used_is_told_soon() {
        let server = TestServer::new();
        let (admin, token) = (server.user("root", &["administrator"]), server.token("images.read"));
        server.ask(&token, "GET", "/me", json!(null)).expect(200);
        let is_told = |_| !server.ask(&admin, "GET", "/tokens", json!(null)).body["items"][0]["last_used"].is_null();
        // A write takes as long as a few of these.
        assert!((0..2_000).any(is_told));
    }
}
