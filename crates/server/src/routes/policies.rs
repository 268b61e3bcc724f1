//! Policies with their versions, and what a change of one would do.

use api::assurance::{DryRun, DryRunChange, DryRunRequest, Policy, PolicyEdit, PolicyVersion};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use policy::access::{self, Action, Area, Permission, Principal};
use policy::filter::Filter;
use serde_json::json;
use store::audit;
use store::images::{DECISIONS, word};
use store::policies::{self, StoredPolicy};
use store::{Connection, StoreError};

use super::dry_runs;
use super::images::{tell, unfiltered};
use super::paging::Asked;
use crate::app::App;
use crate::assurance::trial;
use crate::background::dry_run;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::{clock, cursor, ids};

/// How many images that would change are listed.
pub(super) const MOST_LISTED: usize = 200;

/// Puts in the policy that every installation begins with. One that was removed stays away.
pub(crate) fn install_default(connection: &mut Connection, now: i64) -> Result<(), StoreError> {
    if !policies::is_untouched(connection)? {
        return Ok(());
    }
    let Some((name, document)) = policy::BUILTIN_POLICIES.iter().find(|(name, _)| *name == "default") else {
        return Ok(());
    };
    let server = Principal::server();
    let permission = Permission::new(Area::Policies, Action::Write);
    let permit = access::permit(&server, permission).map_err(|_| StoreError::Defect)?;
    let own = StoredPolicy {
        id: ids::new(now),
        name: (*name).to_owned(),
        document: (*document).to_owned(),
        is_enabled: true,
        created: now,
        changed: now,
        author: server.id.clone(),
        author_name: server.name.clone(),
        version: 1,
    };
    // As the preset roles, it comes with the program: nobody acted, and the trail begins with the first user.
    match policies::insert(connection, &permit, &own, "") {
        // Another server, which started at the same time, was quicker.
        Err(StoreError::Exists { .. }) => Ok(()),
        done => done,
    }
}

/// A policy as records show it.
fn shown(policy: &StoredPolicy) -> serde_json::Value {
    json!({ "name": policy.name, "document": policy.document, "is_enabled": policy.is_enabled, "version": policy.version })
}

fn told(stored: StoredPolicy) -> Policy {
    let read = policy::read_policy(&stored.name, &stored.document).ok();
    Policy {
        mode: read.as_ref().map(|policy| policy.mode.as_str().to_owned()).unwrap_or_default(),
        description: read.and_then(|policy| policy.description),
        id: stored.id,
        name: stored.name,
        document: stored.document,
        is_enabled: stored.is_enabled,
        created: Moment(stored.created),
        changed: Moment(stored.changed),
        author: stored.author_name,
        version: stored.version,
    }
}

/// Reads a document, or says where it is wrong.
pub(crate) fn read(document: &str) -> ApiResult<policy::Policy> {
    let policy = policy::read_policy("document", document)
        .map_err(|error| ApiError::invalid("document", &error).with("line", error.line).saying(error.problem))?;
    if policy.name.len() > 200 {
        return Err(ApiError::invalid("document", "its name is longer than 200 bytes"));
    }
    match policy.name.chars().any(char::is_control) {
        true => Err(ApiError::invalid("document", "its name has a line break or another control character")),
        false => Ok(policy),
    }
}

/// Policies by name.
#[utoipa::path(get, path = "/policies", operation_id = "list_policies", tag = "policies", params(PageQuery),
    responses((status = 200, description = "The policies", body = Page<Policy>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Policy>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, policies::KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| policies::list(connection, &permit, &own)).await?;
    Ok(Json(asked.page(found, told)))
}

/// A policy.
#[utoipa::path(get, path = "/policies/{id}", operation_id = "show_policy", tag = "policies",
    params(("id" = String, Path, description = "The policy")),
    responses((status = 200, description = "The policy", body = Policy)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<Policy>> {
    let permit = caller.permit()?;
    let found = app.read(move |connection| policies::by_id(connection, &permit, &id)).await?;
    Ok(Versioned::read(found.version, told(found)))
}

/// The versions of a policy, the newest first.
#[utoipa::path(get, path = "/policies/{id}/versions", operation_id = "list_policy_versions", tag = "policies",
    params(("id" = String, Path, description = "The policy"), PageQuery),
    responses((status = 200, description = "The versions", body = Page<PolicyVersion>)))]
pub(super) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<PolicyVersion>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    unfiltered(&query)?;
    let before: Option<i64> = cursor::read(query.cursor.as_deref())?;
    let found = app.read(move |connection| policies::versions(connection, &permit, &id, before, limit)).await?;
    let tell = |version: policies::PolicyVersion| PolicyVersion {
        version: version.version,
        name: version.name,
        document: version.document,
        is_enabled: version.is_enabled,
        author: version.author_name,
        comment: version.comment,
        at: Moment(version.at),
    };
    Ok(Json(cursor::page(found, limit, None, |version| cursor::write(&version.version), tell)))
}

/// Adds a policy.
#[utoipa::path(post, path = "/policies", operation_id = "create_policy", tag = "policies", request_body = PolicyEdit,
    responses((status = 201, description = "The policy", body = Policy)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(edit): Body<PolicyEdit>,
) -> ApiResult<Versioned<Policy>> {
    let (permit, now, author) = (caller.permit()?, clock::now(), caller.person());
    let policy = read(&edit.document)?;
    let new = StoredPolicy {
        id: ids::new(now),
        name: policy.name,
        document: edit.document,
        is_enabled: edit.is_enabled,
        created: now,
        changed: now,
        author: author.id,
        author_name: author.name,
        version: 1,
    };
    let mut record = caller.entry(now, "policy.create", "policy", &new.id, &new.name);
    record.after = Some(shown(&new));
    let (own, comment) = (new.clone(), edit.comment);
    app.change(move |connection| {
        policies::insert(connection, &permit, &own, &comment)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    app.assurance.bell.notify_one();
    Ok(Versioned::created(new.version, told(new)))
}

/// Replaces a policy. What is saved as it is stays the same version, unless there is something to say of it.
#[utoipa::path(put, path = "/policies/{id}", operation_id = "replace_policy", tag = "policies",
    params(("id" = String, Path, description = "The policy")), request_body = PolicyEdit,
    responses((status = 200, description = "The policy", body = Policy)))]
pub(super) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<PolicyEdit>,
) -> ApiResult<Versioned<Policy>> {
    let (permit, now, version) = (caller.permit()?, clock::now(), if_match(&headers)?);
    let policy = read(&edit.document)?;
    let record = caller.entry(now, "policy.change", "policy", &id, &policy.name);
    let author = caller.person();
    let name = policy.name;
    let changed = app.change(move |connection| {
        let former = policies::by_id(connection, &permit, &id)?;
        // Saved as it is, it is no other version; with a comment it is one that says something.
        let is_same = former.document == edit.document && former.is_enabled == edit.is_enabled;
        if is_same && former.version == version && edit.comment.is_empty() {
            return Ok(former);
        }
        let own = StoredPolicy {
            id: former.id.clone(),
            name: name.clone(),
            document: edit.document.clone(),
            is_enabled: edit.is_enabled,
            created: former.created,
            changed: now,
            author: author.id.clone(),
            author_name: author.name.clone(),
            version: version.saturating_add(1),
        };
        policies::update(connection, &permit, &own, &edit.comment)?;
        let mut record = record.clone();
        (record.before, record.after) = (Some(shown(&former)), Some(shown(&own)));
        audit::append(connection, &record)?;
        Ok(own)
    });
    let changed = changed.await?;
    app.assurance.bell.notify_one();
    Ok(Versioned::read(changed.version, told(changed)))
}

/// Removes a policy; its versions stay.
#[utoipa::path(delete, path = "/policies/{id}", operation_id = "remove_policy", tag = "policies",
    params(("id" = String, Path, description = "The policy")),
    responses((status = 204, description = "The policy is removed")))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (permit, version) = (caller.permit()?, if_match(&headers)?);
    let record = caller.entry(clock::now(), "policy.remove", "policy", &id, "");
    app.change(move |connection| {
        let former = policies::by_id(connection, &permit, &id)?;
        policies::delete(connection, &permit, &id, version)?;
        let mut record = record.clone();
        record.object_name.clone_from(&former.name);
        record.before = Some(shown(&former));
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    app.assurance.bell.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// Tells which images would have another decision, before anything is saved.
#[utoipa::path(post, path = "/policies/dry-run", operation_id = "try_policy", tag = "policies",
    request_body = DryRunRequest, responses((status = 200, description = "What would change", body = DryRun)))]
pub(super) async fn dry_run(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<DryRunRequest>,
) -> ApiResult<Json<DryRun>> {
    let (permit, now) = (caller.permit()?, clock::now());
    // What images there are is told by another right than what policies there are.
    let reader = caller.permit_for(Permission::new(Area::Images, Action::Read))?;
    let rules = dry_run::rules(&app, &permit, request.clone(), now).await?;
    let mut answer = DryRun { images: 0, changed: 0, is_partial: false, job: None, items: Vec::new() };
    let judged = trial::each(&app, rules, &reader, Filter::default(), now, |image, judged| {
        let decision = judged.evaluation.verdict.decision;
        if decision == image.decision {
            return;
        }
        answer.changed += 1;
        if answer.items.len() < MOST_LISTED {
            answer.items.push(DryRunChange {
                from: word(DECISIONS, image.decision).to_owned(),
                to: word(DECISIONS, decision).to_owned(),
                image: tell::image(image),
            });
        }
    });
    (answer.images, answer.is_partial) = judged.await?;
    if answer.is_partial {
        answer.job = whole(&app, &caller, request).await?;
    }
    Ok(Json(answer))
}

/// The job that judges all images; none where the caller has as many open as they may: a part of the answer is one too.
async fn whole(app: &App, caller: &Caller, request: DryRunRequest) -> ApiResult<Option<String>> {
    match dry_runs::begin(app, caller, request).await {
        Ok(job) => Ok(Some(job.id)),
        Err(error) if error.code == ProblemCode::RateLimited => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
