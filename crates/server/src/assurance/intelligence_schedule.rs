//! Fresh intelligence without anybody's asking: fetched from where the configuration says, every so many hours.

use std::time::Duration;

use store::audit::{self, Actor, Outcome};

use super::defect;
use super::intelligence_update::Turn;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::ApiResult;
use crate::guard::entry;

/// How often it is looked whether the time has come.
const PAUSE: Duration = Duration::from_secs(60);

/// After a failure it is tried again so soon, in microseconds.
const AFTER_FAILURE: i64 = 3600 * SECOND;

/// Fetches for as long as the server runs.
pub(crate) async fn run(app: App) {
    loop {
        if let Err(error) = step(&app, clock::now()).await {
            tracing::warn!(problem = ?error, "an update of the intelligence could not be noted in the audit trail");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// When the next update is due, in microseconds since 1970; nothing where the server makes none by itself.
pub(crate) fn next(app: &App) -> Option<i64> {
    let every = app.config.intelligence_refresh.filter(|_| app.config.intelligence_from.is_some())?;
    let file = &app.assurance.intelligence;
    let state = file.state();
    let wait = if state.update_problem.is_some() { every.min(AFTER_FAILURE) } else { every };
    // After a start nothing is known but how old the file is.
    let last = state.refreshed.max(file.modified());
    Some(last.map_or(0, |last| last.saturating_add(wait)))
}

/// Makes the update that is due; `false` where none is, or another is under way.
pub(crate) async fn step(app: &App, now: i64) -> ApiResult<bool> {
    if next(app).is_none_or(|due| due > now) {
        return Ok(false);
    }
    let Some(turn) = Turn::begin(app) else { return Ok(false) };
    let problem = tokio::task::spawn_blocking(move || turn.refresh()).await.map_err(|_| defect())?;
    let mut record = entry(Actor::server(), clock::now(), "intelligence.refresh", "intelligence", "", "");
    record.after = Some(match &problem {
        Some(cause) => serde_json::json!({ "problem": cause }),
        None => {
            serde_json::json!({ "sequence": app.assurance.intelligence.database().map(|database| database.sequence()) })
        }
    });
    if let Some(cause) = problem {
        tracing::warn!(code = %cause.code, "fresh intelligence could not be taken; it is tried again");
        record.outcome = Outcome::Failed;
    }
    app.change(move |connection| audit::append(connection, &record).map(|_| ())).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample::{intelligence, signed_intelligence};
    use crate::testing::TestServer;

    const HOUR: i64 = 3600 * SECOND;

    fn step_at(server: &TestServer, now: i64) -> bool {
        server.run(step(&server.app, now)).unwrap()
    }

    #[test]
    fn intelligence_is_fetched_by_itself_and_told_in_trail_and_health() {
        let key = intelligence::SigningKey::generate().unwrap();
        let source = tempfile::tempdir().unwrap();
        let file = source.path().join("intelligence.db");
        std::fs::write(&file, signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc")).unwrap();
        let (trusted, from) = (key.trusted_key().to_string(), source.path().display().to_string());
        let server = TestServer::with(&[
            ("BULKHEAD_INTELLIGENCE_KEYS", &trusted),
            ("BULKHEAD_INTELLIGENCE_FROM", &from),
            ("BULKHEAD_INTELLIGENCE_REFRESH_HOURS", "6"),
        ]);
        let who = server.token("intelligence.read,images.read");
        let told = || server.ask(&who, "GET", "/intelligence", json!(null)).body;
        let now = clock::now();
        assert!(step_at(&server, now), "there is none yet");
        assert_eq!(told()["sources"][0]["records"], 1, "{}", told());
        assert!(!step_at(&server, now + 5 * HOUR));
        std::fs::remove_file(&file).unwrap();
        assert!(step_at(&server, now + 7 * HOUR));
        assert_eq!(told()["update_problem"]["code"], "intelligence.unreadable", "{}", told());
        assert_eq!(server.trail(), ["intelligence.refresh done", "intelligence.refresh failed"]);
        let health = || {
            let health = server.ask(&who, "GET", "/health", json!(null)).body;
            health["parts"].as_array().unwrap().iter().find(|part| part["part"] == "intelligence").unwrap().clone()
        };
        let first = health();
        assert_eq!((&first["state"], &first["cause"]["code"]), (&json!("warning"), &json!("intelligence.unreadable")));
        assert!(!step_at(&server, now + HOUR / 2), "after a failure it is tried again, but not at once");
        assert!(step_at(&server, clock::now() + HOUR));
        assert_eq!(health()["since"], first["since"], "it fails since then");
        let next = api::Moment::read(told()["next_refresh"].as_str().unwrap()).unwrap();
        assert!(next.0 > now + HOUR / 2 && next.0 < now + 2 * HOUR, "{next:?}");
    }

    #[test]
    fn nothing_is_fetched_where_the_configuration_does_not_say_so() {
        for settings in [
            &[("BULKHEAD_INTELLIGENCE_FROM", "/nowhere"), ("BULKHEAD_INTELLIGENCE_REFRESH_HOURS", "0")][..],
            &[("BULKHEAD_INTELLIGENCE_REFRESH_HOURS", "1")],
        ] {
            let server = TestServer::with(settings);
            assert!(next(&server.app).is_none() && !step_at(&server, i64::MAX));
        }
        let server = TestServer::with(&[("BULKHEAD_INTELLIGENCE_FROM", "/nowhere")]);
        intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "x", "1.0.0", "HIGH")]);
        assert!(!step_at(&server, clock::now() + 23 * HOUR), "the file in place is new");
        assert!(step_at(&server, clock::now() + 25 * HOUR));
    }
}
