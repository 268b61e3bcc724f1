//! What happens by itself: registries are listed when it is time, lost leases are taken back, old things forgotten.

use std::time::Duration;

use api::registries::Cause;
use daemon::Draining;
use policy::access::{Action, Area, Permission};
use store::jobs::Priority;
use store::{StoreError, registries};

use super::next_poll;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::chain;
use crate::jobs;

/// How often it looks.
const ROUND: Duration = Duration::from_secs(3);

/// For how long messages are remembered.
const KEEP_MESSAGES: i64 = 24 * 3600 * SECOND;

/// Runs until the server stops.
pub(crate) async fn run(app: App, mut draining: Draining) {
    let mut was_away = false;
    loop {
        let away = round(&app, clock::now()).await;
        match &away {
            // What is away for long is told once.
            Err(error) if !was_away => tracing::error!(error = %chain(error), "the scheduler cannot reach the store"),
            Err(_) | Ok(()) => {}
        }
        was_away = away.is_err();
        tokio::select! {
            () = draining.begun() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// One look at everything.
pub(crate) async fn round(app: &App, now: i64) -> Result<(), StoreError> {
    let lost = app
        .note(move |connection| {
            let permit = jobs::own_permit(Permission::new(Area::Scans, Action::Write));
            let cause = jobs::stored_cause(&Cause::new("job.worker_lost"));
            store::jobs::take_back(connection, &permit, &cause, jobs::jitter(), now)
        })
        .await?;
    for job in &lost {
        tracing::warn!(job.id = %job.id, worker = job.leased_by.as_deref(), "a worker was lost; its job is taken back");
    }
    let listed = app
        .note(move |connection| {
            let permit = jobs::own_permit(Permission::new(Area::Registries, Action::Write));
            let due = registries::take_due(connection, &permit, now, |registry| next_poll(registry, now))?;
            for registry in &due {
                let new = jobs::list_job(registry, Priority::Schedule, "server", now);
                store::jobs::enqueue(connection, &new, now)?;
            }
            Ok(due.len())
        })
        .await?;
    if listed > 0 || !lost.is_empty() {
        jobs::announce();
    }
    app.note(move |connection| registries::forget_messages(connection, now - KEEP_MESSAGES).map(|_| ())).await
}
