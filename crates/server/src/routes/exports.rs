//! Lists as files: streamed at once, or made by a job with a link that ends. Filters and orders are those of the lists.

use std::collections::VecDeque;

use api::exports::{ExportRequest, ExportResource};
use api::jobs::{Job, Work};
use axum::Json;
use axum::body::{Body as Stream, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use policy::access::Permit;
use serde_json::json;
use store::{StoreError, audit};

use crate::app::App;
use crate::error::{ApiResult, chain};
use crate::exports::{Question, Renderer, Rows, permission};
use crate::guard::Caller;
use crate::json::{Body, Query};
use crate::{background, clock};

/// All images of a filter as a file, without a limit of its length.
#[utoipa::path(get, path = "/images/export", operation_id = "export_images", tag = "images", params(ExportRequest),
    responses((status = 200, description = "The rows", content_type = "text/csv")))]
pub(super) async fn images(
    State(app): State<App>,
    caller: Caller,
    Query(request): Query<ExportRequest>,
) -> ApiResult<Response> {
    stream(&app, &caller, ExportResource::Images, &request).await
}

/// Makes such a file as a job, for what takes longer than one waits.
#[utoipa::path(post, path = "/images/export", operation_id = "begin_images_export", tag = "images",
    request_body = ExportRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn begin_images(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExportRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    begin(&app, &caller, ExportResource::Images, request).await
}

/// All findings of a filter, in the images of another, as a file, without a limit of its length.
#[utoipa::path(get, path = "/findings/export", operation_id = "export_findings", tag = "inventory", params(ExportRequest),
    responses((status = 200, description = "The rows", content_type = "text/csv")))]
pub(super) async fn findings(
    State(app): State<App>,
    caller: Caller,
    Query(request): Query<ExportRequest>,
) -> ApiResult<Response> {
    stream(&app, &caller, ExportResource::Findings, &request).await
}

/// Makes such a file as a job, for what takes longer than one waits.
#[utoipa::path(post, path = "/findings/export", operation_id = "begin_findings_export", tag = "inventory",
    request_body = ExportRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn begin_findings(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExportRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    begin(&app, &caller, ExportResource::Findings, request).await
}

/// All vulnerabilities of a filter as a file, without a limit of its length.
#[utoipa::path(get, path = "/vulnerabilities/export", operation_id = "export_vulnerabilities", tag = "inventory",
    params(ExportRequest), responses((status = 200, description = "The rows", content_type = "text/csv")))]
pub(super) async fn vulnerabilities(
    State(app): State<App>,
    caller: Caller,
    Query(request): Query<ExportRequest>,
) -> ApiResult<Response> {
    stream(&app, &caller, ExportResource::Vulnerabilities, &request).await
}

/// Makes such a file as a job, for what takes longer than one waits.
#[utoipa::path(post, path = "/vulnerabilities/export", operation_id = "begin_vulnerabilities_export", tag = "inventory",
    request_body = ExportRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn begin_vulnerabilities(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExportRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    begin(&app, &caller, ExportResource::Vulnerabilities, request).await
}

/// All packages of a filter as a file, without a limit of its length.
#[utoipa::path(get, path = "/packages/export", operation_id = "export_packages", tag = "inventory", params(ExportRequest),
    responses((status = 200, description = "The rows", content_type = "text/csv")))]
pub(super) async fn packages(
    State(app): State<App>,
    caller: Caller,
    Query(request): Query<ExportRequest>,
) -> ApiResult<Response> {
    stream(&app, &caller, ExportResource::Packages, &request).await
}

/// Makes such a file as a job, for what takes longer than one waits.
#[utoipa::path(post, path = "/packages/export", operation_id = "begin_packages_export", tag = "inventory",
    request_body = ExportRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn begin_packages(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExportRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    begin(&app, &caller, ExportResource::Packages, request).await
}

/// The audit trail as a file, the oldest record first, without a limit of its length. JSON lines can be verified.
#[utoipa::path(get, path = "/audit/export", operation_id = "export_audit", tag = "audit", params(ExportRequest),
    responses((status = 200, description = "The records, one on each line", content_type = "application/jsonl")))]
pub(super) async fn audit_trail(
    State(app): State<App>,
    caller: Caller,
    Query(request): Query<ExportRequest>,
) -> ApiResult<Response> {
    stream(&app, &caller, ExportResource::Audit, &request).await
}

/// Makes such a file as a job, for what takes longer than one waits.
#[utoipa::path(post, path = "/audit/export", operation_id = "begin_audit_export", tag = "audit",
    request_body = ExportRequest, responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn begin_audit(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExportRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    begin(&app, &caller, ExportResource::Audit, request).await
}

async fn begin(
    app: &App,
    caller: &Caller,
    resource: ExportResource,
    request: ExportRequest,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let now = clock::now();
    Question::read(resource, &request, now)?;
    reading(caller, resource)?;
    let mut record = caller.entry(now, &action(resource), "export", "", resource.as_str());
    record.after = Some(json!(request));
    let ExportRequest { format, filter, images, sort } = request;
    let work = Work::Export { resource, format, filter, images, sort };
    Ok((StatusCode::ACCEPTED, Json(background::enqueue(app, caller, work, record).await?)))
}

fn action(resource: ExportResource) -> String {
    format!("{}.export", resource.as_str())
}

async fn stream(app: &App, caller: &Caller, resource: ExportResource, request: &ExportRequest) -> ApiResult<Response> {
    let now = clock::now();
    let question = Question::read(resource, request, now)?;
    let permit = reading(caller, resource)?;
    // Who took it away is told; an export of the trail ends before this record.
    let mut record = caller.entry(now, &action(resource), "export", "", resource.as_str());
    record.after = Some(json!(request));
    let until = app.change(move |connection| audit::append(connection, &record)).await?;
    let headers = headers(&question);
    let renderer = Renderer::new(&question);
    let waiting = VecDeque::from([Bytes::from(renderer.head())]);
    let export = Export { rows: Rows::new(app, permit, question, until), renderer, waiting, is_done: false };
    let stream = futures_util::stream::unfold(export, |mut export| async move {
        let next = export.next().await?;
        Some((next, export))
    });
    Ok((headers, Stream::from_stream(stream)).into_response())
}

/// The permit that the rows are read by. The trail tells of everything: whoever is limited to applications exports none.
fn reading(caller: &Caller, resource: ExportResource) -> ApiResult<Permit> {
    let permit = caller.permit_for(permission(resource))?;
    match resource {
        ExportResource::Audit if !permit.covers_everything() => Err(StoreError::OfAll { what: "audit" }.into()),
        _ => Ok(permit),
    }
}

/// What a browser makes of the file.
pub(super) fn headers(question: &Question) -> [(header::HeaderName, String); 2] {
    let disposition = format!("attachment; filename=\"{}\"", question.file_name());
    [(header::CONTENT_TYPE, question.format.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)]
}

/// An export on its way.
struct Export {
    rows: Rows,
    renderer: Renderer,
    waiting: VecDeque<Bytes>,
    is_done: bool,
}

impl Export {
    async fn next(&mut self) -> Option<Result<Bytes, StoreError>> {
        if let Some(bytes) = self.waiting.pop_front() {
            return Some(Ok(bytes));
        }
        if self.is_done {
            return None;
        }
        match self.rows.page().await {
            Ok(page) if page.is_empty() => {
                self.is_done = true;
                let tail = self.renderer.tail();
                (!tail.is_empty()).then(|| Ok(Bytes::from_static(tail.as_bytes())))
            }
            Ok(page) => {
                let mut text = String::new();
                page.iter().for_each(|row| self.renderer.row(row, &mut text));
                Some(Ok(Bytes::from(text)))
            }
            Err(error) => {
                // The connection breaks off, so that nobody takes a part for the whole.
                tracing::error!(error = %chain(&error), "an export failed on its way");
                self.is_done = true;
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests;
