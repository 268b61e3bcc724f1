//! The audit trail: list, export, verification, checkpoints.

use std::collections::VecDeque;

use api::audit::{AuditActor, AuditCheckpoint, AuditExportQuery, AuditFault, AuditRecord, AuditVerification};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use policy::access::Permit;
use policy::filter::{Filter, Test};
use store::StoreError;
use store::audit::{self, Checkpoint, Fault, Order};

use super::paging::before;
use crate::app::App;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Query;

/// How many records an export reads at once.
const STEP: u32 = 500;

/// The audit trail, the newest first. Filter keys: at, principal, kind, action, object, id, outcome.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit", tag = "audit", params(PageQuery),
    responses((status = 200, description = "A page of records", body = Page<AuditRecord>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<AuditRecord>>> {
    let filter = filter(query.filter.as_deref())?;
    let (permit, order, limit) = (caller.permit()?, Order::NewestBefore(before(&query)?), query.limit());
    let found = app.read(move |connection| audit::search(connection, &permit, &filter, order, limit + 1)).await?;
    let items = found.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(Page::of(items, limit, |record| record.sequence.to_string())))
}

/// The audit trail as a file, the oldest first, without a limit of its length.
#[utoipa::path(get, path = "/audit/export", operation_id = "export_audit", tag = "audit", params(AuditExportQuery),
    responses((status = 200, description = "The records, one on each line", content_type = "application/jsonl")))]
pub(super) async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditExportQuery>,
) -> ApiResult<Response> {
    let format = match query.format.as_str() {
        "jsonl" => Format::Lines,
        "csv" => Format::Csv,
        _ => return Err(ApiError::invalid("format", "use `jsonl` or `csv`")),
    };
    let filter = filter(query.filter.as_deref())?;
    let permit = caller.permit()?;
    // Who took the trail away is told by it; the export ends before this record.
    let now = clock::now();
    let mut record = caller.entry(now, "audit.export", "audit", "", "");
    record.after = Some(serde_json::json!({ "format": query.format, "filter": query.filter }));
    let until = app.change(move |connection| audit::append(connection, &record)).await?;
    let export = Export {
        app,
        permit,
        filter,
        format,
        behind: 0,
        until,
        waiting: VecDeque::from([format.head()]),
        is_done: false,
    };
    let stream = futures_util::stream::unfold(export, |mut export| async move {
        let next = export.next().await?;
        Some((next, export))
    });
    let disposition = format!("attachment; filename=\"audit.{}\"", query.format);
    let headers = [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// Walks the whole trail and tells the first record that was deleted, altered or moved.
#[utoipa::path(get, path = "/audit/verification", operation_id = "verify_audit", tag = "audit",
    responses((status = 200, description = "What was found", body = AuditVerification)))]
pub(super) async fn verification(State(app): State<App>, caller: Caller) -> ApiResult<Json<AuditVerification>> {
    let permit = caller.permit()?;
    if !permit.covers_everything() {
        return Err(ApiError::not_found("audit trail"));
    }
    let slot = app.verifications.clone().try_acquire_owned().map_err(|_| {
        ApiError::new(ProblemCode::RateLimited, "Another verification is under way; ask again later.").retry_after(10)
    })?;
    let work = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        audit::verify(&app.store, std::slice::from_ref(app.audit_key.public()), &[])
    });
    let found = work.await.map_err(|_| ApiError::from(StoreError::Defect))??;
    Ok(Json(AuditVerification {
        is_whole: found.fault.is_none(),
        first: found.first,
        last: found.last,
        checkpoints: found.checkpoints,
        unknown_checkpoints: found.unknown_checkpoints,
        fault: found.fault.map(|found| AuditFault {
            sequence: found.sequence,
            code: found.fault.as_str().to_owned(),
            moved_to: match found.fault {
                Fault::Moved { to } => Some(to),
                _ => None,
            },
        }),
    }))
}

/// Signed statements of how far the trail went, the newest first. Auditors keep them elsewhere: what is cut off at the end
/// of the trail is found by them.
#[utoipa::path(get, path = "/audit/checkpoints", operation_id = "list_audit_checkpoints", tag = "audit",
    params(PageQuery), responses((status = 200, description = "A page of checkpoints", body = Page<AuditCheckpoint>)))]
pub(super) async fn checkpoints(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<AuditCheckpoint>>> {
    super::paging::unfiltered(&query)?;
    let (permit, before, limit) = (caller.permit()?, before(&query)?, query.limit());
    let found = app.read(move |connection| audit::checkpoints(connection, &permit, Some(before), limit + 1)).await?;
    let own = app.audit_key.public();
    let item = |checkpoint: Checkpoint| AuditCheckpoint {
        statement: String::from_utf8_lossy(&Checkpoint::statement(
            checkpoint.sequence,
            checkpoint.at,
            &checkpoint.hash,
        ))
        .into_owned(),
        public_key: (checkpoint.key_id == own.id).then(|| STANDARD.encode(&own.bytes)),
        sequence: checkpoint.sequence,
        at: Moment(checkpoint.at),
        hash: hex(&checkpoint.hash),
        key_id: checkpoint.key_id,
        signature: STANDARD.encode(&checkpoint.signature),
    };
    let items = found.into_iter().map(item).collect();
    Ok(Json(Page::of(items, limit, |checkpoint: &AuditCheckpoint| checkpoint.sequence.to_string())))
}

fn filter(text: Option<&str>) -> ApiResult<Filter> {
    let filter = Filter::read(text.unwrap_or_default(), audit::KEYS, clock::now())?;
    match filter.terms.iter().any(|term| matches!(term.test, Test::Word(_))) {
        true => Err(ApiError::invalid("filter", "the trail has no text to search: use a key, as `action:user.*`")),
        false => Ok(filter),
    }
}

fn view(record: audit::AuditRecord) -> Result<AuditRecord, StoreError> {
    /// The text of a record as `store::audit::AuditEntry` writes it.
    #[derive(serde::Deserialize)]
    struct Entry {
        at: i64,
        actor: AuditActor,
        action: String,
        object: String,
        object_id: String,
        object_name: String,
        outcome: String,
        before: Option<serde_json::Value>,
        after: Option<serde_json::Value>,
    }
    let entry: Entry = serde_json::from_str(&record.body)
        .map_err(|error| StoreError::Damaged { place: "audit.body", problem: error.to_string() })?;
    Ok(AuditRecord {
        sequence: record.sequence,
        at: Moment(entry.at),
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        object_id: entry.object_id,
        object_name: entry.object_name,
        outcome: entry.outcome,
        before: entry.before,
        after: entry.after,
        hash: hex(&record.hash),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Lines,
    Csv,
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Format::Lines => "application/jsonl",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }

    fn head(self) -> Bytes {
        match self {
            Format::Lines => Bytes::new(),
            Format::Csv => Bytes::from_static(
                b"sequence,at,kind,principal,principal_name,address,request,action,object,object_id,object_name,\
                  outcome,before,after,hash\r\n",
            ),
        }
    }

    fn line(self, record: &AuditRecord) -> String {
        match self {
            Format::Lines => serde_json::to_string(record).map(|line| line + "\n").unwrap_or_default(),
            Format::Csv => {
                let json =
                    |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
                let cells = [
                    record.sequence.to_string(),
                    record.at.text(),
                    record.actor.kind.clone(),
                    record.actor.id.clone(),
                    record.actor.name.clone(),
                    record.actor.address.clone().unwrap_or_default(),
                    record.actor.request.clone().unwrap_or_default(),
                    record.action.clone(),
                    record.object.clone(),
                    record.object_id.clone(),
                    record.object_name.clone(),
                    record.outcome.clone(),
                    json(&record.before),
                    json(&record.after),
                    record.hash.clone(),
                ];
                cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\r\n"
            }
        }
    }
}

/// A cell of CSV (RFC 4180). What spreadsheets would take as a formula is led by an apostrophe.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match is_formula || text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

/// An export on its way.
struct Export {
    app: App,
    permit: Permit,
    filter: Filter,
    format: Format,
    /// The number of the last record that was sent.
    behind: i64,
    /// The first number that is not sent any more.
    until: i64,
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
        match self.page().await {
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(Ok(Bytes::from(text))),
            Err(error) => {
                // The connection breaks off, so that nobody takes a part for the whole.
                tracing::error!(%error, "an export of the audit trail failed");
                self.is_done = true;
                Some(Err(error))
            }
        }
    }

    async fn page(&mut self) -> Result<String, StoreError> {
        let (permit, filter, order) = (self.permit.clone(), self.filter.clone(), Order::OldestBehind(self.behind));
        let found = self.app.read(move |connection| audit::search(connection, &permit, &filter, order, STEP)).await?;
        self.is_done = found.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
        let mut text = String::new();
        for record in found {
            if record.sequence >= self.until {
                self.is_done = true;
                break;
            }
            self.behind = record.sequence;
            text.push_str(&self.format.line(&view(record)?));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests;
