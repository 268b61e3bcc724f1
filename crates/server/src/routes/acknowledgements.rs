//! Acknowledgements: that somebody has seen a finding of an image. They change no verdict.

use std::collections::BTreeSet;

use api::ProblemCode;
use api::images::{Acknowledged, AcknowledgementRequest};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use store::acknowledgements::{self, Acknowledgement};
use store::events::UNACKNOWLEDGED;
use store::{StoreError, audit, images, outbox};

use super::images::tell;
use crate::app::App;
use crate::approving;
use crate::assurance::rules::Rules;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path};
use crate::{clock, ids};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2000;

/// The acknowledgements that count for the findings of an image.
#[utoipa::path(get, path = "/images/{digest}/acknowledgements", operation_id = "list_acknowledgements", tag = "images",
    params(("digest" = String, Path, description = "The digest")),
    responses((status = 200, description = "The acknowledgements", body = Acknowledged)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
) -> ApiResult<Json<Acknowledged>> {
    let (permit, now) = (caller.permit()?, clock::now());
    let found = app.read(move |connection| acknowledgements::of_image(connection, &permit, &digest, now)).await?;
    Ok(Json(Acknowledged { items: found.into_iter().map(tell::acknowledgement).collect() }))
}

/// Says that one has seen a finding: in all repositories of the image, so that its next build has it too, or of this image
/// alone. It takes the place of what was said before.
#[utoipa::path(post, path = "/images/{digest}/acknowledgements", operation_id = "acknowledge_finding", tag = "images",
    params(("digest" = String, Path, description = "The digest")), request_body = AcknowledgementRequest,
    responses((status = 201, description = "Where it counts", body = Acknowledged)))]
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
    Body(request): Body<AcknowledgementRequest>,
) -> ApiResult<(StatusCode, Json<Acknowledged>)> {
    let (permit, now) = (caller.permit()?, clock::now());
    let reason = request.reason.trim().to_owned();
    if !(3..=LONGEST_REASON).contains(&reason.chars().count()) {
        return Err(ApiError::invalid("reason", format_args!("use 3 to {LONGEST_REASON} characters")));
    }
    if request.until.is_some_and(|until| until.0 <= now) {
        return Err(ApiError::invalid("until", "this time is over"));
    }
    let rules = Rules::read(&app, now).await?;
    let (author, author_name) = (caller.principal.id.clone(), caller.principal.name.clone());
    let record = caller.entry(now, "finding.acknowledge", "image", &digest, &digest);
    let added = app.change(move |connection| {
        let image = images::by_digest(connection, &permit, &digest)?;
        let labels = images::labels(connection, image.id)?;
        let names = images::names(connection, image.id)?.into_iter().map(|named| named.name);
        let mut places: BTreeSet<String> = match request.is_of_image {
            true => BTreeSet::new(),
            false => names
                .filter(|name| rules.is_reached(&permit, &image, &labels, name))
                .map(|name| format!("{}/{}", name.registry, name.repository))
                .collect(),
        };
        // An image without a name has no repository. What is said of the image as a whole counts under all of its names.
        if places.is_empty() {
            if !approving::is_all_within(connection, &permit, &rules, &image)? {
                return Ok(None);
            }
            places.insert(digest.clone());
        }
        let found = acknowledgements::finding(
            connection,
            image.id,
            &request.kind,
            &request.id,
            request.package.as_deref(),
            request.path.as_deref(),
        )?;
        let found = found.ok_or(StoreError::NotFound { what: "finding" })?;
        let mut added = Vec::new();
        for place in places {
            let own = Acknowledgement {
                id: ids::new(now),
                kind: found.kind.clone(),
                finding: found.finding.clone(),
                package_name: found.package_name.clone(),
                path: found.path.clone(),
                place,
                reason: reason.clone(),
                author: author.clone(),
                author_name: author_name.clone(),
                at: now,
                until: request.until.map(|until| until.0),
            };
            acknowledgements::put(connection, &permit, &own)?;
            added.push(own);
        }
        let mut record = record.clone();
        let places: Vec<&String> = added.iter().map(|own| &own.place).collect();
        record.after = Some(json!({
            "kind": found.kind, "finding": found.finding, "package": found.package_name, "path": found.path,
            "places": places, "reason": reason, "until": request.until,
        }));
        audit::append(connection, &record)?;
        let parameters = json!({ "name": image.name, "finding": found.finding, "by": author_name });
        outbox::tell(connection, now, "finding.acknowledged", "image", &digest, &parameters)?;
        Ok(Some(added))
    });
    let Some(added) = added.await? else {
        let detail = "The image also has names that you do not reach; acknowledge the finding in your repositories.";
        return Err(ApiError::new(ProblemCode::Forbidden, detail).with("permission", "findings.write"));
    };
    let items = added.into_iter().map(tell::acknowledgement).collect();
    Ok((StatusCode::CREATED, Json(Acknowledged { items })))
}

/// Takes an acknowledgement back that counts for an image.
#[utoipa::path(delete, path = "/images/{digest}/acknowledgements/{id}", operation_id = "remove_acknowledgement",
    tag = "images", params(("digest" = String, Path, description = "The digest"),
        ("id" = String, Path, description = "The acknowledgement")),
    responses((status = 204, description = "It no longer counts")))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((digest, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let (permit, now) = (caller.permit()?, clock::now());
    let rules = Rules::read(&app, now).await?;
    let by = caller.principal.name.clone();
    let record = caller.entry(now, "finding.unacknowledge", "image", &digest, &digest);
    let removed = app.change(move |connection| {
        let image = images::by_digest(connection, &permit, &digest)?;
        let own = acknowledgements::of_image(connection, &permit, &digest, i64::MIN)?;
        let own = own.into_iter().find(|own| own.id == id);
        let own = own.ok_or(StoreError::NotFound { what: "acknowledgement" })?;
        let labels = images::labels(connection, image.id)?;
        let names = images::names(connection, image.id)?;
        let mut names = names.iter().filter(|named| {
            own.place == digest || format!("{}/{}", named.name.registry, named.name.repository) == own.place
        });
        let is_mine = own.place == digest || names.any(|named| rules.is_reached(&permit, &image, &labels, &named.name));
        if !is_mine {
            return Ok(false);
        }
        acknowledgements::remove(connection, &permit, &own.id)?;
        let mut record = record.clone();
        record.before = Some(json!({
            "kind": own.kind, "finding": own.finding, "package": own.package_name, "path": own.path,
            "place": own.place, "reason": own.reason, "by": own.author_name,
        }));
        audit::append(connection, &record)?;
        let parameters = json!({ "name": image.name, "finding": own.finding, "by": by });
        outbox::tell_watchers(connection, now, UNACKNOWLEDGED, "image", &digest, &parameters)?;
        Ok(true)
    });
    match removed.await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::new(
            ProblemCode::Forbidden,
            "It counts in a repository that you do not reach as a whole; whoever does takes it back.",
        )
        .with("permission", "findings.write")),
    }
}

#[cfg(test)]
mod tests;
