//! The audit trail: list, verification, checkpoints.

use api::audit::{AuditActor, AuditCheckpoint, AuditFault, AuditRecord, AuditVerification, AuditVerificationKey};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use policy::filter::{Filter, Test};
use store::StoreError;
use store::audit::{self, Agreed, Checkpoint, Fault, Order, PublicKey};

use super::paging::before;
use crate::app::App;
use crate::audit_key::vouched_for;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Query;

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
        let mut keys = vec![app.audit_key.public().clone()];
        keys.extend(vouched_for(&app.sealer, app.store.read_blocking(audit::keys)?));
        let found = audit::verify(&app.store, &keys, &[])?;
        Ok::<_, StoreError>((found, keys))
    });
    let (found, keys) = work.await.map_err(|_| ApiError::from(StoreError::Defect))??;
    Ok(Json(AuditVerification {
        is_whole: found.fault.is_none(),
        first: found.first,
        last: found.last,
        checkpoints: found.agreeing(),
        keys: found.checkpoints.iter().filter_map(|(id, agreed)| told(&keys, id, agreed)).collect(),
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

/// A key that checkpoints agree by; the first of the keys is the server's own.
fn told(keys: &[PublicKey], id: &str, agreed: &Agreed) -> Option<AuditVerificationKey> {
    let at = keys.iter().position(|key| key.id == id)?;
    Some(AuditVerificationKey {
        id: id.to_owned(),
        is_own: at == 0,
        checkpoints: agreed.count,
        first: Moment(agreed.first),
        last: Moment(agreed.last),
        public_key: STANDARD.encode(&keys.get(at)?.bytes),
    })
}

/// Signed statements of how far the trail went, the newest first. Auditors keep them elsewhere: what is cut off at the end
/// of the trail is found by them. The first page tells in `total` how many they are.
#[utoipa::path(get, path = "/audit/checkpoints", operation_id = "list_audit_checkpoints", tag = "audit",
    params(PageQuery), responses((status = 200, description = "A page of checkpoints", body = Page<AuditCheckpoint>)))]
pub(super) async fn checkpoints(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<AuditCheckpoint>>> {
    super::paging::unfiltered(&query)?;
    let (permit, before, limit, is_first) = (caller.permit()?, before(&query)?, query.limit(), query.cursor.is_none());
    let (found, stored, total) = app
        .read(move |connection| {
            let found = audit::checkpoints(connection, &permit, Some(before), limit + 1)?;
            let total = if is_first { Some(audit::count_checkpoints(connection, &permit)?) } else { None };
            Ok((found, audit::keys(connection)?, total))
        })
        .await?;
    let mut keys = vec![app.audit_key.public().clone()];
    keys.extend(vouched_for(&app.sealer, stored));
    let item = |checkpoint: Checkpoint| AuditCheckpoint {
        statement: String::from_utf8_lossy(&Checkpoint::statement(
            checkpoint.sequence,
            checkpoint.at,
            &checkpoint.hash,
        ))
        .into_owned(),
        public_key: keys.iter().find(|key| key.id == checkpoint.key_id).map(|key| STANDARD.encode(&key.bytes)),
        sequence: checkpoint.sequence,
        at: Moment(checkpoint.at),
        hash: hex(&checkpoint.hash),
        key_id: checkpoint.key_id,
        signature: STANDARD.encode(&checkpoint.signature),
    };
    let items = found.into_iter().map(item).collect();
    let page = Page::of(items, limit, |checkpoint: &AuditCheckpoint| checkpoint.sequence.to_string());
    Ok(Json(Page { total, ..page }))
}

fn filter(text: Option<&str>) -> ApiResult<Filter> {
    let filter = Filter::read(text.unwrap_or_default(), audit::KEYS, clock::now())?;
    match filter.terms.iter().any(|term| matches!(term.test, Test::Word(_))) {
        true => Err(ApiError::invalid("filter", "the trail has no text to search: use a key, as `action:user.*`")),
        false => Ok(filter),
    }
}

pub(crate) fn view(record: audit::AuditRecord) -> Result<AuditRecord, StoreError> {
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

#[cfg(test)]
pub(crate) mod tests;
