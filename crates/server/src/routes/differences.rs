//! What is different between versions of a policy, or between one and a draft.

use api::assurance::{PolicyChange, PolicyDifference, PolicyDifferenceQuery, PolicyDraft};
use axum::Json;
use axum::extract::State;
use policy::access::Permit;
use store::StoreError;
use store::policies::{self, PolicyVersion};

use super::policies::read;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query};

/// What is different between two versions of a policy, place by place.
#[utoipa::path(get, path = "/policies/{id}/difference", operation_id = "compare_policy_versions", tag = "policies",
    params(("id" = String, Path, description = "The policy"), PolicyDifferenceQuery),
    responses((status = 200, description = "The difference", body = PolicyDifference)))]
pub(super) async fn between(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PolicyDifferenceQuery>,
) -> ApiResult<Json<PolicyDifference>> {
    let permit = caller.permit()?;
    let newer = version(&app, &permit, &id, query.to).await?;
    let from = query.from.unwrap_or(newer.version - 1);
    if from == 0 && query.from.is_none() {
        let mut difference = compared("", &newer.document);
        (difference.from, difference.to) = (None, Some(newer.version));
        return Ok(Json(difference));
    }
    let older = version(&app, &permit, &id, Some(from)).await?;
    let mut difference = compared(&older.document, &newer.document);
    (difference.from, difference.to) = (Some(older.version), Some(newer.version));
    difference.is_enabled = (older.is_enabled != newer.is_enabled).then_some([older.is_enabled, newer.is_enabled]);
    Ok(Json(difference))
}

/// What is different between a version of a policy and a draft, place by place.
#[utoipa::path(post, path = "/policies/{id}/difference", operation_id = "compare_policy_draft", tag = "policies",
    params(("id" = String, Path, description = "The policy")), request_body = PolicyDraft,
    responses((status = 200, description = "The difference", body = PolicyDifference)))]
pub(super) async fn with_draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(draft): Body<PolicyDraft>,
) -> ApiResult<Json<PolicyDifference>> {
    read(&draft.document)?;
    let older = version(&app, &caller.permit()?, &id, draft.from).await?;
    let mut difference = compared(&older.document, &draft.document);
    difference.from = Some(older.version);
    Ok(Json(difference))
}

/// A version; the newest where none is named.
async fn version(app: &App, permit: &Permit, id: &str, wanted: Option<i64>) -> ApiResult<PolicyVersion> {
    if wanted.is_some_and(|wanted| wanted < 1) {
        return Err(ApiError::not_found("version"));
    }
    let (permit, id, before) = (permit.clone(), id.to_owned(), wanted.map(|wanted| wanted.saturating_add(1)));
    let found = app.read(move |connection| policies::versions(connection, &permit, &id, before, 1)).await?;
    let found = found.into_iter().next();
    found.filter(|found| wanted.is_none_or(|wanted| found.version == wanted)).ok_or_else(|| match wanted {
        Some(_) => ApiError::not_found("version"),
        None => StoreError::NotFound { what: "policy" }.into(),
    })
}

fn compared(older: &str, newer: &str) -> PolicyDifference {
    // Documents were read as policies before they were kept.
    let tree = |text: &str| policy::read_tree("document", text).map(|tree| tree.value).unwrap_or_default();
    let changes: Vec<PolicyChange> = policy::differences(&tree(older), &tree(newer))
        .into_iter()
        .map(|change| PolicyChange { place: change.place, before: change.before, after: change.after })
        .collect();
    PolicyDifference {
        from: None,
        to: None,
        is_enabled: None,
        is_respelled: changes.is_empty() && older != newer,
        changes,
    }
}
