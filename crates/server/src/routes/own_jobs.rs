//! One's own jobs: exports, bulk actions, dry runs, and what they made.

use api::exports::ExportRequest;
use api::jobs::{Job, Work};
use api::{Page, PageQuery, ProblemCode};
use axum::Json;
use axum::body::{Body as Stream, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use store::jobs::own;
use store::{StoreError, audit};

use super::exports::headers;
use super::images::unfiltered;
use crate::app::App;
use crate::background::{Kept, reach};
use crate::error::{ApiError, ApiResult, chain};
use crate::exports::{Question, permission};
use crate::guard::Caller;
use crate::json::{Path, Query};
use crate::{clock, jobs};

/// The largest piece of an export when it is inflated, in bytes: what is behind a row that makes it long.
const LARGEST_PIECE_BYTES: usize = 256 << 20;

/// One's own jobs, the youngest first.
#[utoipa::path(get, path = "/me/jobs", operation_id = "list_own_jobs", tag = "jobs", params(PageQuery),
    responses((status = 200, description = "A page of jobs", body = Page<Job>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Job>>> {
    unfiltered(&query)?;
    let (owner, limit, before) = (caller.owner(), query.limit(), query.cursor);
    let found =
        app.read(move |connection| own::list_of_owner(connection, &owner, before.as_deref(), limit + 1)).await?;
    let items = found.into_iter().map(jobs::describe).collect::<ApiResult<Vec<Job>>>()?;
    Ok(Json(Page::of(items, limit, |job| job.id.clone())))
}

/// A job of one's own.
#[utoipa::path(get, path = "/me/jobs/{id}", operation_id = "show_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job", body = Job)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let owner = caller.owner();
    let found = app.read(move |connection| own::of_owner(connection, &owner, &id)).await?;
    jobs::describe(found).map(Json)
}

/// Cancels a job of one's own. What it did so far stays.
#[utoipa::path(post, path = "/me/jobs/{id}/cancel", operation_id = "cancel_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, which is cancelled", body = Job)))]
pub(super) async fn cancel(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let (now, owner) = (clock::now(), caller.owner());
    let record = caller.entry(now, "job.cancel", "job", &id, &id);
    let changed = app.change(move |connection| {
        let job = own::cancel_of_owner(connection, &owner, &id, now)?;
        audit::append(connection, &record)?;
        Ok(job)
    });
    let job = changed.await.map_err(|error| match error {
        StoreError::Changed { .. } => {
            ApiError::new(ProblemCode::State, "The job has ended; there is nothing to cancel.")
        }
        error => error.into(),
    })?;
    jobs::describe(job).map(Json)
}

/// The file that an export made, until its time is over.
#[utoipa::path(get, path = "/me/jobs/{id}/output", operation_id = "download_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream")))]
pub(super) async fn output(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Response> {
    let owner = caller.owner();
    let own_id = id.clone();
    let job = app.read(move |connection| own::of_owner(connection, &owner, &own_id)).await?;
    let Work::Export { resource, format, filter, images } = jobs::work(&job)? else {
        return Err(ApiError::not_found("file"));
    };
    if job.state != "done" {
        return Err(ApiError::new(ProblemCode::State, "The export has not ended well; there is no file."));
    }
    if job.expires.is_none_or(|expires| expires <= clock::now()) {
        return Err(ApiError::not_found("file"));
    }
    let kept: Kept = job.progress.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    // What one may no longer see must not be seen in a file that was made before.
    if kept.reach != Some(reach(&caller.permit_for(permission(resource))?)) {
        return Err(ApiError::new(ProblemCode::State, "Your rights have changed since; export it again."));
    }
    let question = Question::read(resource, &ExportRequest { format, filter, images }, job.created)?;
    let stream = futures_util::stream::try_unfold((app, id, -1), |(app, id, behind)| async move {
        let own_id = id.clone();
        let found = app.read(move |connection| own::output(connection, &own_id, behind, 1)).await;
        let found = found.inspect_err(|error| tracing::error!(error = %chain(error), "a download broke off"))?;
        let Some((position, piece)) = found.into_iter().next() else { return Ok(None) };
        let inflated = tokio::task::spawn_blocking(move || zstd::bulk::decompress(&piece, LARGEST_PIECE_BYTES));
        let bytes = inflated.await.ok().and_then(Result::ok).ok_or(StoreError::Defect)?;
        Ok::<_, StoreError>(Some((Bytes::from(bytes), (app, id, position))))
    });
    Ok((headers(&question), Stream::from_stream(stream)).into_response())
}
