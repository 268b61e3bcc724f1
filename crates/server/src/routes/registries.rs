//! Registries, as people keep them.

use api::jobs::Job;
use api::registries::{Registry, RegistryRequest};
use api::{Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use store::jobs::{NewJob, Priority};
use store::{audit, jobs as stored_jobs, registries as stored};
use utoipa::ToSchema;

use super::paging::Asked;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::registries::{describe, read, recorded};
use crate::{clock, jobs};

/// An image to be scanned now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScanRequest {
    /// The repository.
    repository: String,
    /// The tag; `latest` where neither it nor a digest is given.
    #[serde(default)]
    tag: Option<String>,
    /// The digest.
    #[serde(default)]
    digest: Option<String>,
}

/// The registries by name.
#[utoipa::path(get, path = "/registries", operation_id = "list_registries", tag = "registries", params(PageQuery),
    responses((status = 200, description = "A page of registries", body = Page<Registry>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Registry>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, stored::KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| stored::list(connection, &permit, &own)).await?;
    Ok(Json(asked.page(found, |registry| describe(&registry))))
}

/// Adds a registry; it is listed at once.
#[utoipa::path(post, path = "/registries", operation_id = "create_registry", tag = "registries",
    request_body = RegistryRequest, responses((status = 201, description = "The registry", body = Registry)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RegistryRequest>,
) -> ApiResult<Versioned<Registry>> {
    let (now, permit) = (clock::now(), caller.permit()?);
    let mut registry = read(&app, request, None, now)?;
    registry.next_poll = crate::registries::next_poll(&registry, now);
    let mut record = caller.entry(now, "registry.create", "registry", &registry.id, &registry.name);
    record.after = Some(recorded(&registry));
    let first = registry.is_enabled.then(|| jobs::list_job(&registry, Priority::Person, &caller.actor.name, now));
    let told = describe(&registry);
    app.change(move |connection| {
        stored::insert(connection, &permit, &registry)?;
        if let Some(job) = &first {
            stored_jobs::enqueue(connection, job, now)?;
        }
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    jobs::announce();
    Ok(Versioned::created(1, told))
}

/// A registry.
#[utoipa::path(get, path = "/registries/{id}", operation_id = "show_registry", tag = "registries",
    params(("id" = String, Path, description = "The registry")),
    responses((status = 200, description = "The registry", body = Registry)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<Registry>> {
    let found = find(&app, &caller, id).await?;
    Ok(Versioned::read(found.version, describe(&found)))
}

/// Changes a registry. Credential and hook secret stay where they are not given.
#[utoipa::path(put, path = "/registries/{id}", operation_id = "change_registry", tag = "registries",
    params(("id" = String, Path, description = "The registry")), request_body = RegistryRequest,
    responses((status = 200, description = "The registry", body = Registry)))]
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(request): Body<RegistryRequest>,
) -> ApiResult<Versioned<Registry>> {
    let (now, permit, version) = (clock::now(), caller.permit()?, if_match(&headers)?);
    let before = find(&app, &caller, id).await?;
    // What was read meanwhile counts as little as what others changed: the version in the request decides.
    let mut registry = read(&app, request, Some(&before), now)?;
    registry.version = version + 1;
    let mut record = caller.entry(now, "registry.change", "registry", &registry.id, &registry.name);
    (record.before, record.after) = (Some(recorded(&before)), Some(recorded(&registry)));
    let told = describe(&registry);
    app.change(move |connection| {
        stored::update(connection, &permit, &registry)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(Versioned::read(version + 1, told))
}

/// Removes a registry, what is known of its tags, and its open jobs. Its images stay.
#[utoipa::path(delete, path = "/registries/{id}", operation_id = "remove_registry", tag = "registries",
    params(("id" = String, Path, description = "The registry")),
    responses((status = 204, description = "The registry is removed")))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (now, permit, version) = (clock::now(), caller.permit()?, if_match(&headers)?);
    let before = find(&app, &caller, id.clone()).await?;
    let mut record = caller.entry(now, "registry.remove", "registry", &id, &before.name);
    record.before = Some(recorded(&before));
    app.change(move |connection| {
        stored::delete(connection, &permit, &id, version, now)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries the connection to a registry: a job whose result has the steps.
#[utoipa::path(post, path = "/registries/{id}/test", operation_id = "test_registry", tag = "registries",
    params(("id" = String, Path, description = "The registry")),
    responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let (now, found) = (clock::now(), find(&app, &caller, id).await?);
    let job = jobs::test_job(&found, &caller.actor.name, now);
    enqueue(&app, &caller, "registry.test", &found, job, now).await
}

/// Lists a registry now.
#[utoipa::path(post, path = "/registries/{id}/list", operation_id = "list_registry_now", tag = "registries",
    params(("id" = String, Path, description = "The registry")),
    responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn list_now(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let (now, found) = (clock::now(), find(&app, &caller, id).await?);
    let job = jobs::list_job(&found, Priority::Person, &caller.actor.name, now);
    enqueue(&app, &caller, "registry.list", &found, job, now).await
}

/// Scans an image of a registry now, whatever its rules say.
#[utoipa::path(post, path = "/registries/{id}/scan", operation_id = "scan_registry_image", tag = "registries",
    params(("id" = String, Path, description = "The registry")), request_body = ScanRequest,
    responses((status = 202, description = "The job", body = Job)))]
pub(super) async fn scan(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<ScanRequest>,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let (now, found) = (clock::now(), find(&app, &caller, id).await?);
    let tag = request.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = request.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    let text = format!("{}/{}{tag}{digest}", found.address, request.repository);
    let name: model::ImageName =
        text.parse().map_err(|error: model::InvalidImageName| ApiError::invalid("repository", error))?;
    let image = (name.repository(), name.tag().filter(|_| !tag.is_empty()), request.digest.as_deref());
    let job = jobs::scan_job(&found.id, image, Priority::Person, &caller.actor.name, now);
    enqueue(&app, &caller, "registry.scan", &found, job, now).await
}

async fn find(app: &App, caller: &Caller, id: String) -> ApiResult<stored::Registry> {
    let permit = caller.permit()?;
    Ok(app.read(move |connection| stored::by_id(connection, &permit, &id)).await?)
}

async fn enqueue(
    app: &App,
    caller: &Caller,
    action: &str,
    registry: &stored::Registry,
    job: NewJob,
    now: i64,
) -> ApiResult<(StatusCode, Json<Job>)> {
    let mut record = caller.entry(now, action, "registry", &registry.id, &registry.name);
    record.after = serde_json::from_str(&job.work).ok();
    let permit =
        jobs::own_permit(policy::access::Permission::new(policy::access::Area::Jobs, policy::access::Action::Read));
    let job = app
        .change(move |connection| {
            let id = stored_jobs::enqueue(connection, &job, now)?;
            audit::append(connection, &record)?;
            stored_jobs::by_id(connection, &permit, &id)
        })
        .await?;
    jobs::announce();
    Ok((StatusCode::ACCEPTED, Json(jobs::describe(job, &caller.owner())?)))
}

#[cfg(test)]
mod tests;
