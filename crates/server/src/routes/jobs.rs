//! Jobs, as people look at them.

use api::jobs::Job;
use api::{Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use policy::filter::Filter;
use store::jobs as stored;
use store::{StoreError, audit};

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Path, Query};
use crate::{clock, jobs};

/// The jobs, the youngest first. Filter by `state`, `kind`, `registry` and `created`.
#[utoipa::path(get, path = "/jobs", operation_id = "list_jobs", tag = "jobs", params(PageQuery),
    responses((status = 200, description = "A page of jobs", body = Page<Job>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Job>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    if let Some(sort) = &query.sort {
        return Err(ApiError::invalid("sort", format!("jobs are listed from the youngest, not by `{sort}`")));
    }
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), stored::KEYS, clock::now())?;
    let before = query.cursor;
    let found =
        app.read(move |connection| stored::list(connection, &permit, &filter, before.as_deref(), limit + 1)).await?;
    let items = found.into_iter().map(jobs::describe).collect::<ApiResult<Vec<Job>>>()?;
    Ok(Json(Page::of(items, limit, |job| job.id.clone())))
}

/// A job.
#[utoipa::path(get, path = "/jobs/{id}", operation_id = "show_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job", body = Job)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let permit = caller.permit()?;
    let found = app.read(move |connection| stored::by_id(connection, &permit, &id)).await?;
    jobs::describe(found).map(Json)
}

/// Lets a job that is dead or cancelled be tried again.
#[utoipa::path(post, path = "/jobs/{id}/retry", operation_id = "retry_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, which waits", body = Job)))]
pub(super) async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let (now, permit) = (clock::now(), caller.permit()?);
    let record = caller.entry(now, "job.retry", "job", &id, &id);
    let changed = app.change(move |connection| {
        let job = stored::retry(connection, &permit, &id, now)?;
        audit::append(connection, &record)?;
        Ok(job)
    });
    let job =
        changed.await.map_err(|error| in_state(error, "Only a job that is dead or cancelled can be tried again."))?;
    jobs::announce();
    jobs::describe(job).map(Json)
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
    let job = changed.await.map_err(|error| in_state(error, "The job has ended; there is nothing to cancel."))?;
    jobs::describe(job).map(Json)
}

fn in_state(error: StoreError, sentence: &str) -> ApiError {
    match error {
        StoreError::Changed { .. } => ApiError::new(ProblemCode::State, sentence),
        error => error.into(),
    }
}
