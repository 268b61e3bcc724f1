//! One's own jobs: exports, bulk actions, dry runs, and what they made.

use api::bulk::{BulkUndo, BulkWork};
use api::exports::ExportRequest;
use api::jobs::{Job, Work};
use api::{Page, PageQuery, ProblemCode};
use axum::Json;
use axum::body::{Body as Stream, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use store::jobs::own;
use store::{Connection, StoreError, audit};

use super::exports::headers;
use super::images::unfiltered;
use super::jobs::{ENDED, NOT_ENDED, in_state};
use crate::app::App;
use crate::background::bulk::undo;
use crate::background::{self, Kept, reach};
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
    let reader = owner.clone();
    let found =
        app.read(move |connection| own::list_of_owner(connection, &owner, before.as_deref(), limit + 1)).await?;
    let items = found.into_iter().map(|job| jobs::describe(job, &reader)).collect::<ApiResult<Vec<Job>>>()?;
    Ok(Json(Page::of(items, limit, |job| job.id.clone())))
}

/// A job of one's own.
#[utoipa::path(get, path = "/me/jobs/{id}", operation_id = "show_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job", body = Job)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let owner = caller.owner();
    let found = app.read(move |connection| own::of_owner(connection, &owner, &id)).await?;
    jobs::describe(found, &caller.owner()).map(Json)
}

/// Cancels a job of one's own. What it did so far stays.
#[utoipa::path(post, path = "/me/jobs/{id}/cancel", operation_id = "cancel_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, which is cancelled", body = Job)))]
pub(super) async fn cancel(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let (now, owner) = (clock::now(), caller.owner());
    let record = caller.entry(now, "job.cancel", "job", &id, &id);
    let reader = owner.clone();
    let changed = app.change(move |connection| {
        let job = own::cancel_of_owner(connection, &owner, &id, now)?;
        audit::append(connection, &record)?;
        Ok(job)
    });
    jobs::describe(changed.await.map_err(|error| in_state(error, ENDED))?, &reader).map(Json)
}

/// Lets a job of one's own that is dead or cancelled be tried again, with the rights that one has then. A bulk action goes on
/// where it was; a file or a dry run begins anew.
#[utoipa::path(post, path = "/me/jobs/{id}/retry", operation_id = "retry_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, which waits", body = Job)))]
pub(super) async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    caller.has_own_password()?;
    let (now, owner) = (clock::now(), caller.owner());
    let record = caller.entry(now, "job.retry", "job", &id, &id);
    let reader = owner.clone();
    let changed = app.change(move |connection| {
        let job = own::retry_of_owner(connection, &owner, &id, now)?;
        audit::append(connection, &record)?;
        Ok(job)
    });
    let job = changed.await.map_err(|error| in_state(error, NOT_ENDED))?;
    background::announce();
    jobs::describe(job, &reader).map(Json)
}

/// Takes a bulk action of one's own back that is done: approvals, approvals taken back, requests for exceptions. Another job
/// changes what the first one changed, as far as that is still as it left it.
#[utoipa::path(post, path = "/me/jobs/{id}/undo", operation_id = "undo_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 202, description = "The job that takes it back", body = Job)))]
pub(super) async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    caller.has_own_password()?;
    let (now, owner) = (clock::now(), caller.owner());
    let job = app.read(move |connection| own::of_owner(connection, &owner, &id)).await?;
    caller.permit_for(undo::permission(&job, now)?)?;
    let work = Work::Bulk { work: BulkWork::Undo(BulkUndo { job: job.id.clone() }) };
    let mut record = caller.entry(now, "job.undo", "job", "", "");
    record.after = Some(json!({ "undoes": job.id }));
    let noted = move |connection: &mut Connection, by: &str| undo::note(connection, &job, by);
    Ok((StatusCode::ACCEPTED, Json(background::enqueue_with(&app, &caller, work, record, noted).await?)))
}

/// The file that an export made, until its time is over.
#[utoipa::path(get, path = "/me/jobs/{id}/output", operation_id = "download_own_job", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream")))]
pub(super) async fn output(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Response> {
    caller.has_own_password()?;
    let owner = caller.owner();
    let own_id = id.clone();
    let job = app.read(move |connection| own::of_owner(connection, &owner, &own_id)).await?;
    let Work::Export { resource, format, filter, images, sort } = jobs::work(&job)? else {
        return Err(ApiError::not_found("file"));
    };
    if job.state != "done" {
        return Err(ApiError::new(ProblemCode::State, "The export has not ended well; there is no file."));
    }
    if job.expires.is_none_or(|expires| expires <= clock::now()) {
        return Err(ApiError::not_found("file"));
    }
    let kept = Kept::of(&job);
    let permit = caller.permit_for(permission(resource))?;
    let (own_id, head) = (id.clone(), kept.pieces.min(1));
    let (now, first) =
        app.read(move |connection| Ok((reach(connection, &permit)?, own::output(connection, &own_id, -1, 1)?))).await?;
    // What one may no longer see must not be seen in a file that was made before.
    if kept.reach != Some(now) {
        return Err(ApiError::new(ProblemCode::State, "Your rights have changed since; export it again."));
    }
    // A server that was restored has no files: they are not in backups.
    if (first.len() as i64) < head {
        return Err(ApiError::new(ProblemCode::State, "The file is not there any more; export it again."));
    }
    let question = Question::read(resource, &ExportRequest { format, filter, images, sort }, job.created)?;
    let stream =
        futures_util::stream::try_unfold((app, id, 0), move |(app, id, next)| piece(app, id, next, kept.pieces));
    Ok((headers(&question), Stream::from_stream(stream)).into_response())
}

/// The next of so many pieces, and where to go on. One that is missing breaks the connection off, so that nobody takes a part
/// for the whole.
async fn piece(
    app: App,
    id: String,
    next: i64,
    pieces: i64,
) -> Result<Option<(Bytes, (App, String, i64))>, StoreError> {
    if next >= pieces {
        return Ok(None);
    }
    let own_id = id.clone();
    let found = app.read(move |connection| own::output(connection, &own_id, next - 1, 1)).await;
    let found = found.inspect_err(|error| tracing::error!(error = %chain(error), "a download broke off"))?;
    let Some((_, piece)) = found.into_iter().next().filter(|(position, _)| *position == next) else {
        tracing::warn!(job.id = %id, "a download broke off: its file was removed meanwhile");
        return Err(StoreError::NotFound { what: "file" });
    };
    let inflated = tokio::task::spawn_blocking(move || zstd::bulk::decompress(&piece, LARGEST_PIECE_BYTES));
    let bytes = inflated.await.ok().and_then(Result::ok).ok_or(StoreError::Defect)?;
    Ok(Some((Bytes::from(bytes), (app, id, next + 1))))
}
