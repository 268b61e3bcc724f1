//! The same for all that a filter takes, as a job with the rights of whoever asks: refused where there are not about as many
//! as they saw.

use api::bulk::{BulkWork, ImagesBulkRequest, JobsBulkRequest, VulnerabilitiesBulkRequest};
use api::jobs::{Job, Work};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use policy::access::{Action, Area, Permission};
use policy::filter::Filter;
use serde_json::json;
use store::{images as stored_images, inventory, jobs as stored_jobs};

use crate::app::App;
use crate::background;
use crate::background::bulk::{check_exceptions, image_permission, is_as_expected};
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Body;

/// Indexes again, removes or approves all images that a filter takes; approving and removing need `images.approve` too.
#[utoipa::path(post, path = "/images/bulk", operation_id = "change_images", tag = "images",
    request_body = ImagesBulkRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn images(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ImagesBulkRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let now = clock::now();
    let permit = caller.permit_for(Permission::new(Area::Images, Action::Read))?;
    caller.permit_for(image_permission(request.action))?;
    if request.comment.len() > 2000 {
        return Err(ApiError::invalid("comment", "it is longer than 2,000 bytes"));
    }
    let filter = Filter::read(&request.filter, stored_images::KEYS, now)?;
    let found = app.read(move |connection| stored_images::count(connection, &permit, &filter)).await?;
    is_as_expected(found, request.expected)?;
    begin(&app, &caller, "image.bulk", "image", BulkWork::Images(request), now).await
}

/// Retries or cancels all jobs that a filter takes.
#[utoipa::path(post, path = "/jobs/bulk", operation_id = "change_jobs", tag = "jobs",
    request_body = JobsBulkRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn jobs(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<JobsBulkRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let now = clock::now();
    let permit = caller.permit_for(Permission::new(Area::Jobs, Action::Read))?;
    let filter = Filter::read(&request.filter, stored_jobs::KEYS, now)?;
    let found = app.read(move |connection| stored_jobs::count(connection, &permit, &filter, None)).await?;
    is_as_expected(found, request.expected)?;
    begin(&app, &caller, "job.bulk", "job", BulkWork::Jobs(request), now).await
}

/// Asks for exceptions for all vulnerabilities that a filter takes. They hold once another person has approved them.
#[utoipa::path(post, path = "/vulnerabilities/bulk", operation_id = "except_vulnerabilities", tag = "inventory",
    request_body = VulnerabilitiesBulkRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn vulnerabilities(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<VulnerabilitiesBulkRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let (permit, now) = (caller.permit_for(Permission::new(Area::Findings, Action::Read))?, clock::now());
    let filter = Filter::read(&request.filter, inventory::VULNERABILITY_KEYS, now)?;
    check_exceptions(&app, &caller.permit()?, &request).await?;
    let counted = app.read(move |connection| inventory::count_vulnerabilities(connection, &permit, &filter));
    is_as_expected(counted.await?, request.expected)?;
    begin(&app, &caller, "exception.bulk", "exception", BulkWork::Vulnerabilities(request), now).await
}

async fn begin(
    app: &App,
    caller: &Caller,
    action: &str,
    object: &str,
    work: BulkWork,
    now: i64,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let mut record = caller.entry(now, action, object, "", "");
    record.after = Some(json!(work));
    Ok((StatusCode::ACCEPTED, Json(background::enqueue(app, caller, Work::Bulk { work }, record).await?)))
}

#[cfg(test)]
mod tests;
