//! Dry runs of policies over all stored images, as jobs.

use api::assurance::{DryRunChange, DryRunJob, DryRunRequest};
use api::jobs::{Job, Work};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use policy::access::{Action, Area, Permission};
use serde_json::json;
use store::jobs::own;

use super::images::unfiltered;
use crate::app::App;
use crate::background::{self, Kept, dry_run, reach};
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query};
use crate::{clock, cursor, jobs};

/// Begins a dry run over all images.
#[utoipa::path(post, path = "/policies/dry-runs", operation_id = "begin_policy_trial", tag = "policies",
    request_body = DryRunRequest, responses((status = 202, description = "The job", body = DryRunJob)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<DryRunRequest>,
) -> ApiResult<(StatusCode, Json<DryRunJob>)> {
    let permit = caller.permit()?;
    caller.permit_for(Permission::new(Area::Images, Action::Read))?;
    // What cannot be judged by is told at once.
    dry_run::rules(&app, &permit, request.clone(), clock::now()).await?;
    let job = begin(&app, &caller, request).await?;
    Ok((StatusCode::ACCEPTED, Json(told(job))))
}

/// How a dry run stands.
#[utoipa::path(get, path = "/policies/dry-runs/{job}", operation_id = "show_policy_trial", tag = "policies",
    params(("job" = String, Path, description = "The job")),
    responses((status = 200, description = "The dry run", body = DryRunJob)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<DryRunJob>> {
    find(&app, &caller, id).await.map(|(job, _)| told(job)).map(Json)
}

/// The images that would have another decision, as far as it is; needs `images.read` too, with the rights that it was begun with.
#[utoipa::path(get, path = "/policies/dry-runs/{job}/changes", operation_id = "list_policy_trial_changes",
    tag = "policies", params(("job" = String, Path, description = "The job"), PageQuery),
    responses((status = 200, description = "The changes", body = Page<DryRunChange>)))]
pub(super) async fn changes(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<DryRunChange>>> {
    unfiltered(&query)?;
    let reader = caller.permit_for(Permission::new(Area::Images, Action::Read))?;
    let limit = query.limit();
    let behind: Option<i64> = cursor::read(query.cursor.as_deref())?;
    let (job, kept) = find(&app, &caller, id).await?;
    if job.expires.is_some_and(|expires| expires.0 <= clock::now()) {
        return Err(ApiError::not_found("dry run"));
    }
    let (id, behind) = (job.id, behind.unwrap_or(-1));
    let (now, found) = app
        .read(move |connection| Ok((reach(connection, &reader)?, own::output(connection, &id, behind, limit + 1)?)))
        .await?;
    // What one may no longer see must not be seen in what was found before; of one that has not begun there is nothing.
    if kept.pieces > 0 && kept.reach != Some(now) {
        return Err(ApiError::new(ProblemCode::State, "Your rights have changed since; begin another dry run."));
    }
    // A server that was restored has the job without what it found: that is not in backups.
    let expected = kept.pieces.saturating_sub(behind).saturating_sub(1).min(i64::from(limit) + 1);
    if job.state == "done" && (found.len() as i64) < expected {
        return Err(ApiError::new(ProblemCode::State, "What it found is not there any more; begin another dry run."));
    }
    let rows: Vec<(i64, DryRunChange)> = found
        .into_iter()
        .filter_map(|(position, body)| Some((position, serde_json::from_slice(&body).ok()?)))
        .collect();
    let (total, write) = (Some(kept.told.changed), |(position, _): &(i64, _)| cursor::write(position));
    Ok(Json(cursor::page(rows, limit, total, write, |(_, change)| change)))
}

/// Adds the job.
pub(super) async fn begin(app: &App, caller: &Caller, request: DryRunRequest) -> ApiResult<Job> {
    let mut record = caller.entry(clock::now(), "policy.dry_run", "policy", "", "");
    record.after = Some(json!({ "policy": request.policy, "document": request.document }));
    let work = Work::DryRun { policy: request.policy, document: request.document };
    background::enqueue(app, caller, work, record).await
}

async fn find(app: &App, caller: &Caller, id: String) -> ApiResult<(Job, Kept)> {
    let owner = caller.owner();
    let reader = owner.clone();
    let found = app.read(move |connection| own::of_owner(connection, &owner, &id)).await;
    let found = found.map_err(|_| ApiError::not_found("dry run"))?;
    let kept = Kept::of(&found);
    let job = jobs::describe(found, &reader)?;
    match job.work {
        Some(Work::DryRun { .. }) => Ok((job, kept)),
        _ => Err(ApiError::not_found("dry run")),
    }
}

fn told(job: Job) -> DryRunJob {
    let progress = job.progress.unwrap_or_default();
    DryRunJob {
        job: job.id,
        state: job.state,
        total: progress.total,
        images: progress.done,
        changed: progress.changed,
        expires: job.expires.map(|moment| Moment(moment.0)),
    }
}
