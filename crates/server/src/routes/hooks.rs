//! Where registries tell what was pushed to them.

use api::ProblemCode;
use api::registries::HookAnswer;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use policy::access::{Action, Area, Permission};
use serde::Deserialize;
use store::jobs::Priority;
use store::registries::{self, Tag};
use store::{StoreError, jobs as stored_jobs};

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::too_often;
use crate::json::{Path, Query, bytes};
use crate::rate::Limit;
use crate::registries::{hooks, kind, listing, open_hook_secret};
use crate::{clock, jobs};

/// Messages to one address.
const MESSAGES: Limit = Limit { burst: 200.0, per_second: 20.0 };

/// Who asks for the jobs of messages.
const WEBHOOK: &str = "webhook";

/// What registries that can send no header put into the address.
#[derive(Debug, Deserialize)]
pub(super) struct HookQuery {
    token: Option<String>,
}

/// Takes a message of a registry; a push that it tells is scanned at once.
///
/// It is verified by the registry's `hook_secret` in the way of its kind: `Authorization`, a header of its own, an HMAC of
/// the body, or the parameter `token`.
#[utoipa::path(post, path = "/hooks/{id}", operation_id = "receive_hook", tag = "registries",
    params(("id" = String, Path, description = "The registry"),
        ("token" = Option<String>, Query, description = "The secret, for Docker Hub, Quay and Pub/Sub")),
    request_body(content = Object, description = "The message, in the format of the registry's kind"),
    responses((status = 200, description = "What it led to", body = HookAnswer)))]
pub(super) async fn receive(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<HookQuery>,
    headers: HeaderMap,
    request: Request,
) -> ApiResult<Json<HookAnswer>> {
    let now = clock::now();
    let body = bytes(request, &()).await?;
    let permit = jobs::own_permit(Permission::new(Area::Registries, Action::Read));
    let found = match app.read(move |connection| registries::by_id(connection, &permit, &id)).await {
        Ok(registry) => Some(registry),
        Err(StoreError::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    // A registry that does not exist, one without a secret and a wrong secret are one answer.
    let secret = found.as_ref().and_then(|registry| open_hook_secret(&app, registry));
    let kind_of = found.as_ref().map_or(api::registries::RegistryKind::Oci, kind);
    let is_proven = hooks::is_proven(
        kind_of,
        secret.as_deref().unwrap_or(&crate::secrets::random::<32>()),
        &headers,
        query.token.as_deref(),
        &body,
    );
    let Some(registry) = found.filter(|_| secret.is_some() && is_proven) else {
        return Err(ApiError::new(
            ProblemCode::Unauthenticated,
            "The message is not verified by the registry's secret.",
        ));
    };
    app.rates.take(&format!("hook/{}", registry.id), MESSAGES, now).map_err(too_often)?;
    let message: serde_json::Value = serde_json::from_slice(&body).map_err(|error| {
        ApiError::new(ProblemCode::Malformed, format!("The message is no JSON: {error}."))
            .with("problem", error.to_string())
    })?;
    let format = hooks::format(kind_of);
    let (known, untagged) = wanted(&registry, formats::pushes(format, &message));
    let is_unique = formats::is_unique_push(format, &message);
    let (id, hash) =
        (registry.id.clone(), aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body).as_ref().to_vec());
    let enqueued = app
        .note(move |connection| {
            if is_unique && !registries::take_message(connection, &id, &hash, now)? {
                return Ok(0);
            }
            let moved = registries::note_tags(connection, &id, &known, now)?;
            let with_digest =
                moved.iter().map(|tag| (tag.repository.as_str(), Some(tag.tag.as_str()), Some(tag.digest.as_str())));
            let others = untagged
                .iter()
                .map(|(repository, tag, digest)| (repository.as_str(), tag.as_deref(), digest.as_deref()));
            let mut ids = std::collections::BTreeSet::new();
            for image in with_digest.chain(others) {
                let new = jobs::scan_job(&id, image, Priority::Webhook, WEBHOOK, now);
                ids.insert(stored_jobs::enqueue(connection, &new, now)?);
            }
            Ok(ids.len())
        })
        .await?;
    if enqueued > 0 {
        jobs::announce();
        tracing::info!(registry.id = %registry.id, enqueued, "a registry told of pushes");
    }
    Ok(Json(HookAnswer { enqueued: u32::try_from(enqueued).unwrap_or(u32::MAX) }))
}

/// Repository, tag and digest, of which one of the last two is there.
type Image = (String, Option<String>, Option<String>);

/// The pushes that the registry's rules want: those whose tag and digest are known, and the others.
fn wanted(registry: &registries::Registry, pushes: Vec<formats::Push>) -> (Vec<Tag>, Vec<Image>) {
    let (mut known, mut others) = (Vec::new(), Vec::new());
    for push in pushes {
        let tag = Tag {
            repository: push.repository.clone(),
            tag: push.tag.clone().unwrap_or_default(),
            digest: push.digest.clone().unwrap_or_default(),
            built: None,
        };
        // An image without a tag is part of another, or of no interest to rules that name tags.
        if push.tag.is_none() && !registry.rules.tags.is_empty() || !listing::is_wanted(registry, &tag) {
            continue;
        }
        match (push.tag.is_some(), push.digest.is_some()) {
            (true, true) => known.push(tag),
            _ => others.push((push.repository, push.tag, push.digest)),
        }
    }
    (known, others)
}
