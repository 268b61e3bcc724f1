//! How the installation does, for people: part by part, with what is wrong and since when.

use api::Moment;
use api::overview::{Health, HealthPart};
use api::registries::Cause;
use axum::Json;
use axum::extract::State;
use policy::access::{Action, Area, Permission, Permit};
use store::{audit, evaluation, health, summary};

use super::summary::intelligence_age;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::ApiResult;
use crate::guard::Caller;

const DAY: i64 = 24 * 3600 * SECOND;

/// From this age on intelligence is told to be old.
const OLD: i64 = 7 * DAY;

/// A job that waits so long, while none is being done, has no worker.
const LONGEST_WAIT: i64 = 300 * SECOND;

/// How the installation does: the parts that one may see.
#[utoipa::path(get, path = "/health", operation_id = "show_health", tag = "overview",
    responses((status = 200, description = "The parts", body = Health)))]
pub(super) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Json<Health>> {
    let now = clock::now();
    let may = |area| caller.permit_for(Permission::new(area, Action::Read)).ok().filter(Permit::covers_everything);
    let of_images = may(Area::Images).is_some();
    let (jobs, registries) = (may(Area::Jobs), may(Area::Registries));
    let (integrations, trail) = (may(Area::Integrations), may(Area::Audit));
    let read = app.read(move |connection| {
        let mut parts = Vec::new();
        if of_images {
            parts.push(evaluated(&evaluation::progress(connection)?, health::queued(connection)?));
        }
        if let Some(permit) = &jobs {
            let counts = summary::jobs(connection, permit)?;
            parts.push(worked(&counts, health::waiting_since(connection, permit)?, now));
        }
        if let Some(permit) = &registries {
            let failing = summary::registries(connection, permit)?.failing;
            let since = health::failing_since(connection, permit)?;
            parts.push(counted("registries", "health.registries.failing", failing, since));
        }
        if let Some(permit) = &integrations {
            let (failing, since) = health::undelivered(connection, permit)?;
            parts.push(counted("integrations", "health.integrations.failing", failing, since));
        }
        if trail.is_some() {
            let last = audit::last_checkpoint(connection)?.map(|last| last.at);
            parts.push(HealthPart { since: last.map(Moment), ..part("audit", "ok") });
        }
        Ok(parts)
    });
    // Whoever reads this reads it from the database.
    let mut parts = vec![part("database", "ok"), informed(&app, now)];
    parts.extend(read.await?);
    let worst = ["failing", "warning"].into_iter().find(|state| parts.iter().any(|part| part.state == *state));
    Ok(Json(Health { at: Moment(now), state: worst.unwrap_or("ok").to_owned(), parts }))
}

fn part(name: &str, state: &str) -> HealthPart {
    HealthPart { part: name.to_owned(), state: state.to_owned(), since: None, cause: None }
}

fn informed(app: &App, now: i64) -> HealthPart {
    let state = app.assurance.intelligence.state();
    let Some(age) = intelligence_age(app, now) else {
        let cause = state.problem().map_or_else(|| Cause::new("health.intelligence.none"), |(_, cause)| cause);
        return HealthPart { cause: Some(cause), ..part("intelligence", "failing") };
    };
    if let Some((since, cause)) = state.problem() {
        return HealthPart { since: Some(Moment(since)), cause: Some(cause), ..part("intelligence", "warning") };
    }
    let built = i64::try_from(age.sequence).unwrap_or(i64::MAX).saturating_mul(SECOND);
    if now.saturating_sub(built) > OLD {
        let cause = Cause::new("health.intelligence.old").with("days", age.age_seconds / (24 * 3600));
        return HealthPart {
            since: Some(Moment(built.saturating_add(OLD))),
            cause: Some(cause),
            ..part("intelligence", "warning")
        };
    }
    part("intelligence", "ok")
}

fn evaluated(progress: &evaluation::Progress, queued: i64) -> HealthPart {
    let cause = match (progress.wanted == progress.done, queued) {
        (true, 0) => None,
        (true, count) => Some(Cause::new("health.evaluation.queued").with("count", count)),
        (false, _) => Some(Cause::new("health.evaluation.running").with("cause", progress.cause.as_str())),
    };
    let since = (progress.finished > 0).then_some(Moment(progress.finished));
    HealthPart { since, cause, ..part("evaluation", "ok") }
}

fn worked(counts: &summary::JobCounts, waiting_since: Option<i64>, now: i64) -> HealthPart {
    let late = waiting_since.filter(|since| counts.leased == 0 && since + LONGEST_WAIT < now);
    if let Some(since) = late {
        let cause = Cause::new("health.jobs.no_worker").with("count", counts.waiting);
        return HealthPart { since: Some(Moment(since)), cause: Some(cause), ..part("jobs", "failing") };
    }
    counted("jobs", "health.jobs.dead", counts.dead, counts.dead_since)
}

fn counted(name: &str, code: &str, count: i64, since: Option<i64>) -> HealthPart {
    match count {
        0 => part(name, "ok"),
        count => HealthPart {
            since: since.map(Moment),
            cause: Some(Cause::new(code).with("count", count)),
            ..part(name, "warning")
        },
    }
}

#[cfg(test)]
mod tests;
