//! What has served its time is removed, in small steps that hold nobody up.

use std::time::Duration;

use store::{StoreError, audit, events, idempotency, outbox, sessions};

use crate::app::App;
use crate::clock::{self, SECOND};

/// How often it is looked for what has served its time.
const PAUSE: Duration = Duration::from_secs(300);

/// How long one waits between two steps.
const BREATH: Duration = Duration::from_millis(100);

/// The most rows of one step.
const STEP: u32 = 500;

const DAY: i64 = 24 * 3600 * SECOND;

/// How long messages that were given up are kept.
const DEAD_LETTERS_KEPT: i64 = 30 * DAY;

/// Removes as long as the server runs.
pub(crate) async fn run(app: App) {
    loop {
        match step(&app, clock::now()).await {
            Ok(0) => tokio::time::sleep(PAUSE).await,
            Ok(_) => tokio::time::sleep(BREATH).await,
            Err(error) => {
                tracing::warn!(%error, "what has served its time could not be removed; it is tried again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Removes a little of everything, and tells how much.
pub(crate) async fn step(app: &App, now: i64) -> Result<u64, StoreError> {
    let idle = i64::try_from(app.config.session_idle.as_micros()).unwrap_or(i64::MAX);
    let days = app.config.event_days;
    let beside = app
        .note(move |connection| {
            Ok(sessions::remove_ended(connection, now, now - idle, STEP)?
                + idempotency::remove_older(connection, now - crate::idempotency::KEPT, STEP)?
                + events::remove_older(connection, now - days * DAY, STEP)?
                + outbox::remove_dead(connection, now - DEAD_LETTERS_KEPT, STEP)?)
        })
        .await?;
    let trail = match app.config.audit_days {
        0 => 0,
        days => app.change(move |connection| audit::remove_older(connection, now - days * DAY, now)).await?,
    };
    Ok(beside + trail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestServer;

    #[test]
    fn sessions_and_keys_go_and_what_is_in_use_stays() {
        let server = TestServer::new();
        let bob = server.user("bob", &["administrator"]);
        let body = json!({ "name": "ci", "permissions": ["images.read"] });
        server.ask_with(&bob, "POST", "/tokens", &[("idempotency-key", "k")], body).expect(201);
        let now = clock::now();
        assert_eq!(server.run(step(&server.app, now)).unwrap(), 0);
        server.ask(&bob, "GET", "/me", json!(null)).expect(200);
        assert_eq!(server.run(step(&server.app, now + 2 * DAY)).unwrap(), 2, "a session and a key");
        server.ask(&bob, "GET", "/me", json!(null)).expect(401);
    }
}
