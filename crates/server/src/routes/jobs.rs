//! Jobs, as people look at them.

use api::jobs::Job;
use api::{Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use store::jobs::{self as stored, own};
use store::{StoreError, audit};

use super::paging::Asked;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Path, Query};
use crate::{background, clock, jobs};

pub(super) const NOT_ENDED: &str = "Only a job that is dead or cancelled can be tried again.";

pub(super) const ENDED: &str = "The job has ended; there is nothing to cancel.";

/// The jobs, the youngest first. Filter by `state`, `kind`, `registry` and `created`.
#[utoipa::path(get, path = "/jobs", operation_id = "list_jobs", tag = "jobs", params(PageQuery),
    responses((status = 200, description = "A page of jobs", body = Page<Job>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Job>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, stored::KEYS, "-created")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| stored::list(connection, &permit, &own)).await?;
    let reader = caller.owner();
    let described = found.into_iter().map(|(job, place)| Ok((jobs::describe(job, &reader)?, place)));
    let described = described.collect::<ApiResult<Vec<_>>>()?;
    Ok(Json(asked.page(described, |job| job)))
}

/// A job.
#[utoipa::path(get, path = "/jobs/{id}", operation_id = "show_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job", body = Job)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let permit = caller.permit()?;
    let found = app.read(move |connection| stored::by_id(connection, &permit, &id)).await?;
    jobs::describe(found, &caller.owner()).map(Json)
}

/// Lets a job that is dead or cancelled be tried again. What the server does with somebody's rights, they alone have tried again.
#[utoipa::path(post, path = "/jobs/{id}/retry", operation_id = "retry_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, which waits", body = Job)))]
pub(super) async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let (now, permit, asker) = (clock::now(), caller.permit()?, caller.owner());
    let record = caller.entry(now, "job.retry", "job", &id, &id);
    let reader = asker.clone();
    let changed = app.change(move |connection| {
        let job = stored::retry(connection, &permit, &asker, &id, now)?;
        audit::append(connection, &record)?;
        Ok(job)
    });
    let job = changed.await.map_err(|error| in_state(error, NOT_ENDED))?;
    jobs::announce();
    background::announce();
    jobs::describe(job, &reader).map(Json)
}

/// Cancels a job that waits or is being done.
#[utoipa::path(post, path = "/jobs/{id}/cancel", operation_id = "cancel_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, which is cancelled", body = Job)))]
pub(super) async fn cancel(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let (now, permit) = (clock::now(), caller.permit()?);
    let record = caller.entry(now, "job.cancel", "job", &id, &id);
    let changed = app.change(move |connection| {
        let job = stored::cancel(connection, &permit, &id, now)?;
        audit::append(connection, &record)?;
        Ok(job)
    });
    let job = changed.await.map_err(|error| in_state(error, ENDED))?;
    jobs::describe(job, &caller.owner()).map(Json)
}

pub(super) fn in_state(error: StoreError, sentence: &str) -> ApiError {
    match error {
        StoreError::Changed { .. } => ApiError::new(ProblemCode::State, sentence),
        StoreError::InUse { what: own::OPEN, by } => background::too_many(&by),
        error => error.into(),
    }
}
