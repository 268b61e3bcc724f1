//! What has served its time is removed, in small steps that hold nobody up. docs/reference/retention.md tells what goes when.

use std::time::Duration;

use store::images::{self, RepositoryPlace};
use store::{StoreError, acknowledgements, audit, events, idempotency, jobs, outbox, sessions, verdicts};

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::installation::Installation;
use crate::routes::signed_verdicts;

/// How often it is looked for what has served its time.
const PAUSE: Duration = Duration::from_secs(300);

/// How long one waits between two steps.
const BREATH: Duration = Duration::from_millis(100);

/// The most rows of one step.
const STEP: u32 = 500;

const DAY: i64 = 24 * 3600 * SECOND;

/// How often everything is gone through for what nothing leads to: images beyond the newest, packages that no image has.
const SWEEP_PAUSE: i64 = 3600 * SECOND;

/// An image that was seen within this time may be running: its use is noted once a day.
const IN_USE: i64 = 2 * DAY;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) removed: u64,
    /// Whether another step has something to do at once.
    pub(crate) has_more: bool,
}

/// How far the walk over everything has come; it begins anew with every start of the server.
#[derive(Debug, Default)]
pub(crate) struct Retention {
    sweep: Sweep,
    /// When the last walk ended.
    swept: i64,
}

#[derive(Debug)]
enum Sweep {
    Images(Option<RepositoryPlace>),
    Packages(i64),
    Vulnerabilities(String),
}

impl Default for Sweep {
    fn default() -> Sweep {
        Sweep::Images(None)
    }
}

/// Removes as long as the server runs.
pub(crate) async fn run(app: App) {
    let mut retention = Retention::default();
    loop {
        match retention.step(&app, clock::now()).await {
            Ok(Step { has_more: false, .. }) => {
                if let Err(error) = crate::orphans::look(&app, clock::now()).await {
                    tracing::warn!(%error, "it could not be looked who answers for tokens; it is tried again");
                }
                tokio::time::sleep(PAUSE).await;
            }
            Ok(_) => tokio::time::sleep(BREATH).await,
            Err(error) => {
                tracing::warn!(%error, "what has served its time could not be removed; it is tried again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Retention {
    /// Removes a little of everything.
    pub(crate) async fn step(&mut self, app: &App, now: i64) -> Result<Step, StoreError> {
        let own = app.clone();
        let held = app.read(move |connection| Installation::read(connection, &own.config)).await?;
        let (idle, event_days) = (held.session_idle, held.event_days);
        let kept = app.config.kept.clone();
        // A server that is there says so with its key.
        signed_verdicts::note_key(app).await?;
        let before = move |days: i64| now - days * DAY;
        let beside = app
            .note(move |connection| {
                Ok(sessions::remove_ended(connection, now, now - idle, STEP)?
                    + idempotency::remove_older(connection, now - crate::idempotency::KEPT, STEP)?
                    + events::remove_older(connection, before(event_days), STEP)?
                    + acknowledgements::remove_ended(connection, now, STEP)?
                    + jobs::forget(connection, before(kept.job_days))?
                    + jobs::own::remove_expired(connection, now, STEP)?
                    + outbox::remove_dead(connection, before(kept.dead_letter_days), STEP)?
                    + match kept.verdict_days {
                        0 => 0,
                        days => verdicts::remove_ended(connection, before(days), STEP)?,
                    })
            })
            .await?;
        let trail = match held.audit_days {
            0 => 0,
            days => app.change(move |connection| audit::remove_older(connection, before(days), now)).await?,
        };
        let unseen = match app.config.kept.image_days {
            0 => images::Step { removed: 0, next: None },
            days => app.change(move |connection| images::remove_unseen(connection, before(days), now)).await?,
        };
        let swept = self.sweep(app, now).await?;
        Ok(Step {
            removed: beside + trail + unseen.removed + swept.removed,
            has_more: beside + trail > 0 || unseen.next.is_some() || swept.has_more,
        })
    }

    /// Goes on with the walk over everything, or begins one when its time has come.
    async fn sweep(&mut self, app: &App, now: i64) -> Result<Step, StoreError> {
        if self.swept + SWEEP_PAUSE > now {
            return Ok(Step { removed: 0, has_more: false });
        }
        let keep = app.config.kept.image_newest;
        let (removed, next) = match &self.sweep {
            Sweep::Images(_) if keep == 0 => (0, Some(Sweep::Packages(0))),
            Sweep::Images(place) => {
                let place = place.clone();
                let step = app.change(move |connection| {
                    images::remove_beyond_newest(connection, keep, now - IN_USE, place.as_ref(), now)
                });
                let step = step.await?;
                let next = step.next.map_or(Sweep::Packages(0), |place| Sweep::Images(Some(place)));
                (step.removed, Some(next))
            }
            Sweep::Packages(behind) => {
                let behind = *behind;
                let step = app.note(move |connection| images::remove_unused_packages(connection, behind, STEP)).await?;
                (step.removed, Some(step.next.map_or(Sweep::Vulnerabilities(String::new()), Sweep::Packages)))
            }
            Sweep::Vulnerabilities(behind) => {
                let behind = behind.clone();
                let step = app
                    .note(move |connection| images::remove_unused_vulnerabilities(connection, &behind, STEP))
                    .await?;
                (step.removed, step.next.map(Sweep::Vulnerabilities))
            }
        };
        let has_more = next.is_some();
        if !has_more {
            app.note(move |connection| images::remove_unused_indexes(connection, now - IN_USE)).await?;
            self.swept = now;
        }
        self.sweep = next.unwrap_or_default();
        Ok(Step { removed, has_more })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample::{digest, index};
    use crate::testing::TestServer;

    #[test]
    fn sessions_and_keys_go_and_what_is_in_use_stays() {
        let server = TestServer::new();
        let bob = server.user("bob", &["administrator"]);
        let body = json!({ "name": "ci", "permissions": ["images.read"] });
        server.ask_with(&bob, "POST", "/tokens", &[("idempotency-key", "k")], body).expect(201);
        let now = clock::now();
        let removed = |now: i64| {
            let mut retention = Retention { swept: i64::MAX - SWEEP_PAUSE, ..Retention::default() };
            server.run(retention.step(&server.app, now)).unwrap().removed
        };
        assert_eq!(removed(now), 0);
        server.ask(&bob, "GET", "/me", json!(null)).expect(200);
        assert_eq!(removed(now + 2 * DAY), 2, "a session and a key");
        server.ask(&bob, "GET", "/me", json!(null)).expect(401);
    }

    #[test]
    fn images_go_as_configured_and_what_was_theirs_alone_after_them() {
        let server = TestServer::with(&[
            ("BULKHEAD_IMAGE_DAYS", "30"),
            ("BULKHEAD_IMAGE_NEWEST", "1"),
            ("BULKHEAD_VERDICT_DAYS", "60"),
        ]);
        let ci = server.token("images.write,images.read,verdicts.read");
        server.register(&ci, &index(1, "shop/api:1", &[("old", "1.0.0")])).expect(200);
        server.register(&ci, &index(2, "shop/api:2", &[("new", "1.0.0")])).expect(200);
        server.register(&ci, &index(3, "shop/web:1", &[("new", "1.0.0")])).expect(200);
        let mut retention = Retention::default();
        let mut all = |now: i64| {
            let mut removed = 0;
            loop {
                let step = server.run(retention.step(&server.app, now)).unwrap();
                removed += step.removed;
                if !step.has_more {
                    return removed;
                }
            }
        };
        let now = clock::now();
        let left = || server.ask(&ci, "GET", "/images", json!(null)).body["total"].as_i64().unwrap();
        assert_eq!((all(now), left()), (0, 3), "all may be in use");
        let packages = || server.ask(&ci, "GET", "/packages", json!(null)).body["items"].as_array().unwrap().len();
        assert_eq!((packages(), all(now + 3 * DAY)), (2, 2), "1 is not among the newest; its package goes too");
        assert_eq!((left(), packages()), (2, 1));
        // Whoever starts a container asks for the verdict: 3 is in use.
        let later = now + 31 * DAY;
        server.run(server.app.note(move |connection| images::note_seen(connection, &digest(3), later))).unwrap();
        all(later);
        assert_eq!(left(), 1);
        let trail = server.trail();
        assert_eq!(trail.iter().filter(|action| *action == "image.retain done").count(), 2);
        assert!(all(later + 61 * DAY) >= 3, "the image, and the verdicts of those that are gone");
    }
}
