//! The first page: how much of what, what is new, what needs somebody.

use api::Moment;
use api::overview::{
    DecisionCounts, ExceptionSummary, ImageSummary, IntelligenceAge, JobSummary, RegistrySummary, SeverityCounts,
    Summary, SummaryDeltas, SummaryQuery,
};
use axum::Json;
use axum::extract::State;
use policy::access::{Action, Area, Permission, Permit};
use store::summary;

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Query;

const DAY: i64 = 24 * 3600 * SECOND;

/// So long before their end exceptions are counted as ending.
const ENDING: i64 = 14 * DAY;

/// Counts of what one may see: images by what holds of them, what came since a moment, what waits for somebody.
#[utoipa::path(get, path = "/summary", operation_id = "show_summary", tag = "overview", params(SummaryQuery),
    responses((status = 200, description = "The counts", body = Summary)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SummaryQuery>,
) -> ApiResult<Json<Summary>> {
    let (permit, now) = (caller.permit()?, clock::now());
    let since = match &query.since {
        None => now - DAY,
        Some(text) => match Moment::read(text) {
            Some(moment) => moment.0,
            None => return Err(ApiError::invalid("since", format!("`{text}` is no time; use 2026-01-31T12:00:00Z"))),
        },
    };
    // What belongs to no application is not told to those who are limited to some.
    let other = |area| caller.permit_for(Permission::new(area, Action::Read)).ok().filter(Permit::covers_everything);
    let exceptions = caller.permit_for(Permission::new(Area::Exceptions, Action::Read)).ok();
    let (jobs, registries) = (other(Area::Jobs), other(Area::Registries));
    let counted = app.read(move |connection| {
        Ok((
            summary::images(connection, &permit)?,
            summary::since(connection, &permit, since)?,
            exceptions.as_ref().map(|permit| summary::exceptions(connection, permit, now, now + ENDING)).transpose()?,
            jobs.as_ref().map(|permit| summary::jobs(connection, permit)).transpose()?,
            registries.as_ref().map(|permit| summary::registries(connection, permit)).transpose()?,
        ))
    });
    let (images, deltas, exceptions, jobs, registries) = counted.await?;
    Ok(Json(Summary {
        at: Moment(now),
        images: ImageSummary {
            total: images.total,
            decisions: decisions(images.decisions),
            severities: severities(images.severities),
            known_exploited: images.known_exploited,
            fixable: images.fixable,
            not_approved: images.not_approved,
            with_gaps: images.with_gaps,
        },
        deltas: SummaryDeltas {
            since: Moment(since),
            registered: deltas.registered,
            decided: decisions(deltas.decided),
            vulnerabilities: deltas.vulnerabilities,
        },
        exceptions: exceptions.map(|counts| ExceptionSummary {
            requested: counts.requested,
            approved: counts.approved,
            ending: counts.ending,
        }),
        jobs: jobs.map(|counts| JobSummary { waiting: counts.waiting, leased: counts.leased, dead: counts.dead }),
        registries: registries.map(|counts| RegistrySummary { total: counts.total, failing: counts.failing }),
        intelligence: intelligence_age(&app, now),
    }))
}

/// Which intelligence is in use, and how old it is.
pub(super) fn intelligence_age(app: &App, now: i64) -> Option<IntelligenceAge> {
    app.assurance.intelligence.database().map(|database| {
        let facts = database.facts();
        IntelligenceAge { sequence: facts.sequence, age_seconds: age_of(facts.sequence, now), built: facts.built }
    })
}

/// The age of what is from so many seconds since 1970.
fn age_of(seconds: u64, now: i64) -> i64 {
    now / SECOND - i64::try_from(seconds).unwrap_or(i64::MAX)
}

fn decisions([allow, excepted, would_deny, unknown, deny]: [i64; 5]) -> DecisionCounts {
    DecisionCounts { allow, excepted, would_deny, unknown, deny }
}

fn severities([unknown, none, low, medium, high, critical]: [i64; 6]) -> SeverityCounts {
    SeverityCounts { unknown, none, low, medium, high, critical }
}

#[cfg(test)]
mod tests;
