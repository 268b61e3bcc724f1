//! The same done to all that a filter takes, in steps that each are one transaction with their records and with how far the
//! job is: what is done twice is seen to be done.

mod rescan;
pub(crate) mod undo;

use std::sync::Arc;

use api::ProblemCode;
use api::bulk::{
    BulkWork, ImageAction, ImagesBulkRequest, JobAction, JobsBulkRequest, MOST_MOVED_PERCENT,
    VulnerabilitiesBulkRequest,
};
use policy::access::{Action, Area, Permission, Permit};
use policy::filter::{Filter, Sort};
use serde_json::{Value as Json, json};
use store::audit::{self, Actor, AuditEntry};
use store::events::RESCAN_REQUESTED;
use store::images::{self, ImageQuery};
use store::jobs::Priority;
use store::{Connection, ListQuery, Place, StoreError, Value, exceptions, inventory, outbox, policies};

use super::{Held, OUTPUT_KEPT};
use crate::app::App;
use crate::approving::{self, Approver};
use crate::assurance::rules::Rules;
use crate::error::{ApiError, ApiResult};
use crate::guard::{Person, entry};
use crate::routes::exceptions as exception_routes;
use crate::{clock, jobs};
use model::counted;
use rescan::Registries;
use undo::{ApprovalChange, Done};

/// How many objects are changed in one transaction.
const STEP: u32 = 100;

/// How many ids one exception has at most.
pub(crate) const MOST_IDS: u32 = 500;

/// What the step of one object came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Changed,
    Unchanged,
    NotPermitted,
}

pub(super) async fn run(held: Held, work: BulkWork, asked: i64) -> ApiResult<()> {
    match work {
        BulkWork::Images(request) => run_images(held, request, asked).await,
        BulkWork::Jobs(request) => run_jobs(held, request, asked).await,
        BulkWork::Vulnerabilities(request) => run_vulnerabilities(held, request, asked).await,
        BulkWork::Undo(request) => undo::run(held, request).await,
    }
}

/// Refuses where the number has moved by more than somebody would think the same.
pub(crate) fn is_as_expected(found: u64, expected: u64) -> ApiResult<()> {
    let (moved, allowed) =
        (u128::from(found.abs_diff(expected)) * 100, u128::from(expected) * u128::from(MOST_MOVED_PERCENT));
    match moved <= allowed {
        true => Ok(()),
        false => {
            let taken = counted(found, "object", "objects");
            let detail = format!("The filter takes {taken}, and {expected} had been expected; look again.");
            Err(ApiError::new(ProblemCode::Moved, detail).with("found", found).with("expected", expected))
        }
    }
}

/// What an action on images needs beside seeing them.
pub(crate) fn image_permission(action: ImageAction) -> Permission {
    match action {
        ImageAction::Rescan => Permission::new(Area::Images, Action::Write),
        // Whoever registers, as pipelines do, does not remove: what is gone is denied.
        ImageAction::Approve | ImageAction::RevokeApproval | ImageAction::Delete => {
            Permission::new(Area::Images, Action::Approve)
        }
    }
}

/// Counts what a job of the first try is about, and refuses where that has moved since it was asked for.
async fn begin(
    held: &mut Held,
    expected: u64,
    count: impl Fn(&mut Connection) -> Result<u64, StoreError> + Send + 'static,
) -> ApiResult<()> {
    if held.kept.told.total.is_some() {
        return Ok(());
    }
    let found = held.awaiting(held.app.read(count)).await?;
    is_as_expected(found, expected)?;
    held.note(move |_, kept| {
        kept.told.total = Some(found);
        Ok(())
    })
    .await
}

/// The record of the whole.
fn whole(held: &Held, action: &str, object: &str, request: &impl serde::Serialize) -> Vec<AuditEntry> {
    let mut record = entry(held.actor.clone(), clock::now(), action, object, &held.id, "");
    let told = &held.kept.told;
    record.after = Some(json!({
        "request": request, "looked_at": told.done, "changed": told.changed, "unchanged": told.unchanged,
        "not_permitted": told.not_permitted,
    }));
    vec![record]
}

fn add(told: &mut api::jobs::JobProgress, came: Came) {
    told.done += 1;
    match came {
        Came::Changed => told.changed += 1,
        Came::Unchanged => told.unchanged += 1,
        Came::NotPermitted => told.not_permitted += 1,
    }
}

/// What the steps over images share.
struct OverImages {
    request: ImagesBulkRequest,
    filter: Filter,
    actor: Actor,
    /// What images are scanned again from.
    registries: Registries,
}

/// What one step over images goes by.
struct StepOverImages {
    over: Arc<OverImages>,
    write: Permit,
    rules: Rules,
}

async fn run_images(mut held: Held, request: ImagesBulkRequest, asked: i64) -> ApiResult<()> {
    let over = begin_images(&mut held, request, asked).await?;
    while step_images(&mut held, &over).await? {}
    let records = whole(&held, "image.bulk_end", "image", &over.request);
    let until = undoable(&held.kept);
    held.finish(until, records).await
}

async fn begin_images(held: &mut Held, request: ImagesBulkRequest, asked: i64) -> ApiResult<Arc<OverImages>> {
    let (read, _) = image_permits(held, request.action).await?;
    let filter = Filter::read(&request.filter, images::KEYS, asked)?;
    let counting = filter.clone();
    begin(held, request.expected, move |connection| images::count(connection, &read, &counting)).await?;
    let registries = match request.action {
        ImageAction::Rescan => held.app.read(Registries::read).await?,
        ImageAction::Delete | ImageAction::Approve | ImageAction::RevokeApproval => Registries::default(),
    };
    Ok(Arc::new(OverImages { request, filter, actor: held.actor.clone(), registries }))
}

/// Until when an action can be taken back that kept what it changed.
fn undoable(kept: &super::Kept) -> Option<i64> {
    (kept.pieces > 0).then(|| clock::now() + OUTPUT_KEPT)
}

/// What whoever asked may see and change at this moment.
async fn image_permits(held: &Held, action: ImageAction) -> ApiResult<(Permit, Permit)> {
    let acting = held.acting().await?;
    Ok((acting.permit(Permission::new(Area::Images, Action::Read))?, acting.permit(image_permission(action))?))
}

/// Changes the next images; tells whether there are more.
async fn step_images(held: &mut Held, over: &Arc<OverImages>) -> ApiResult<bool> {
    let (read, write) = image_permits(held, over.request.action).await?;
    let rules = held.awaiting(Rules::read(&held.app, clock::now())).await?;
    let after =
        held.kept.cursor.as_ref().and_then(|cursor| Some((Value::from(cursor[0].as_str()?), cursor[1].as_i64()?)));
    let asked = ImageQuery { filter: over.filter.clone(), after, limit: STEP, ..ImageQuery::default() };
    let found = held.app.read(move |connection| images::list(connection, &read, &asked));
    let (mut found, _) = held.awaiting(found).await?;
    let has_more = found.len() > STEP as usize;
    found.truncate(STEP as usize);
    let step = StepOverImages { over: Arc::clone(over), write, rules };
    let output = held.output();
    held.change(move |connection, kept| {
        let mut changes = Vec::new();
        for image in &found {
            let came = match one_image(connection, &step, image, clock::now(), &mut changes) {
                // It is seen, but out of what may be changed; or somebody removed it meanwhile.
                Err(StoreError::NotFound { .. }) => Came::NotPermitted,
                other => other?,
            };
            add(&mut kept.told, came);
            kept.cursor = Some(json!([image.name, image.id]));
        }
        match Done::of_images(step.over.request.action, changes) {
            Some(done) => output.put(connection, kept, &[done.text()?]),
            None => Ok(()),
        }
    })
    .await?;
    match over.request.action {
        ImageAction::Rescan => jobs::announce(),
        ImageAction::Approve | ImageAction::RevokeApproval => held.app.assurance.bell.notify_one(),
        ImageAction::Delete => {}
    }
    Ok(has_more)
}

fn one_image(
    connection: &mut Connection,
    step: &StepOverImages,
    image: &images::Image,
    now: i64,
    changes: &mut Vec<ApprovalChange>,
) -> Result<Came, StoreError> {
    let over = &step.over;
    // Whether it may be changed is asked before anything is.
    let image = images::by_digest(connection, &step.write, &image.digest)?;
    let record = |action: &str, after: Json| {
        let mut record = entry(over.actor.clone(), now, action, "image", &image.digest, &image.name);
        record.after = Some(after);
        record
    };
    match over.request.action {
        ImageAction::Delete if !approving::is_all_within(connection, &step.write, &step.rules, &image)? => {
            Ok(Came::NotPermitted)
        }
        ImageAction::Delete => {
            images::remove(connection, &step.write, &image.digest, now)?;
            let mut record = record("image.remove", Json::Null);
            (record.before, record.after) = (Some(json!({ "digest": image.digest })), None);
            audit::append(connection, &record)?;
            Ok(Came::Changed)
        }
        ImageAction::Rescan => {
            let names = images::known_names(connection, &step.write, image.id)?.names;
            let Some((named, registry)) = over.registries.choose(&names, &image.source) else {
                return Ok(Came::Unchanged);
            };
            let tag = Some(named.name.tag.as_str()).filter(|tag| !tag.is_empty());
            let place = (named.name.repository.as_str(), tag, Some(image.digest.as_str()));
            let job = jobs::scan_job(registry, place, Priority::Person, &over.actor.name, now);
            let id = store::jobs::enqueue(connection, &job, now)?;
            audit::append(connection, &record("image.rescan", json!({ "job": id })))?;
            let told = json!({ "name": image.name, "by": over.actor.name, "by_id": over.actor.id });
            outbox::tell_watchers(connection, now, RESCAN_REQUESTED, "image", &image.digest, &told)?;
            Ok(Came::Changed)
        }
        ImageAction::Approve | ImageAction::RevokeApproval => {
            let approver = Approver { id: &over.actor.id, name: &over.actor.name };
            let comment = (over.request.action == ImageAction::Approve).then_some(over.request.comment.as_str());
            let places = approving::change(connection, &step.write, &step.rules, &image, &approver, comment, now)?;
            if places.is_empty() {
                return Ok(Came::Unchanged);
            }
            let action = if comment.is_some() { "image.approve" } else { "image.revoke_approval" };
            let names: Vec<String> = places.iter().map(approving::Place::name).collect();
            audit::append(connection, &record(action, json!({ "repositories": names, "comment": comment })))?;
            changes.push(ApprovalChange { digest: image.digest.clone(), at: now, places });
            Ok(Came::Changed)
        }
    }
}

async fn run_jobs(mut held: Held, request: JobsBulkRequest, asked: i64) -> ApiResult<()> {
    let (read, _) = job_permits(&held).await?;
    let filter = Filter::read(&request.filter, store::jobs::KEYS, asked)?;
    let (counting, this) = (filter.clone(), held.id.clone());
    begin(&mut held, request.expected, move |connection| store::jobs::count(connection, &read, &counting, Some(&this)))
        .await?;
    while step_jobs(&mut held, &filter, request.action).await? {}
    let records = whole(&held, "job.bulk_end", "job", &request);
    held.finish(None, records).await
}

/// What whoever asked may see and change at this moment.
async fn job_permits(held: &Held) -> ApiResult<(Permit, Permit)> {
    let acting = held.acting().await?;
    let permit = |action| acting.permit(Permission::new(Area::Jobs, action));
    Ok((permit(Action::Read)?, permit(Action::Write)?))
}

/// Changes the next jobs; tells whether there are more.
async fn step_jobs(held: &mut Held, filter: &Filter, action: JobAction) -> ApiResult<bool> {
    let (read, permit) = job_permits(held).await?;
    let after = held.kept.cursor.as_ref().and_then(Json::as_str);
    let query = ListQuery {
        filter: filter.clone(),
        sort: Sort { key: "created", is_descending: true },
        after: after.map(|id| Place { value: id.into(), id: id.to_owned() }),
        limit: STEP,
    };
    let found = held.app.read(move |connection| store::jobs::list(connection, &read, &query));
    let found = held.awaiting(found).await?;
    let has_more = found.len() > STEP as usize;
    let found: Vec<store::jobs::Job> = found.into_iter().take(STEP as usize).map(|(job, _)| job).collect();
    let (actor, this) = (held.actor.clone(), held.id.clone());
    let by = JobChanger { action, permit, owner: held.owner.clone(), actor };
    held.change(move |connection, kept| {
        let now = clock::now();
        for job in &found {
            kept.cursor = Some(job.id.as_str().into());
            // What does it is no part of what it is done to.
            if job.id != this {
                let came = one_job(connection, &by, &job.id, now)?;
                add(&mut kept.told, came);
            }
        }
        Ok(())
    })
    .await?;
    jobs::announce();
    super::announce();
    Ok(has_more)
}

/// Whoever changes jobs, and how.
struct JobChanger {
    action: JobAction,
    permit: Permit,
    owner: String,
    actor: Actor,
}

fn one_job(connection: &mut Connection, by: &JobChanger, id: &str, now: i64) -> Result<Came, StoreError> {
    let (done, word) = match by.action {
        JobAction::Retry => (store::jobs::retry(connection, &by.permit, &by.owner, id, now), "job.retry"),
        JobAction::Cancel => (store::jobs::cancel(connection, &by.permit, id, now), "job.cancel"),
    };
    match done {
        Ok(_) => {
            audit::append(connection, &entry(by.actor.clone(), now, word, "job", id, id))?;
            Ok(Came::Changed)
        }
        // What has the rights of somebody else is theirs to have done.
        Err(StoreError::NotOwn { .. }) => Ok(Came::NotPermitted),
        // It is in another state already, or was forgotten.
        Err(StoreError::Changed { .. } | StoreError::InUse { .. } | StoreError::NotFound { .. }) => Ok(Came::Unchanged),
        Err(error) => Err(error),
    }
}

async fn run_vulnerabilities(mut held: Held, request: VulnerabilitiesBulkRequest, asked: i64) -> ApiResult<()> {
    let (read, _, _) = vulnerability_permits(&held).await?;
    let filter = Filter::read(&request.filter, inventory::VULNERABILITY_KEYS, asked)?;
    let counting = filter.clone();
    begin(&mut held, request.expected, move |connection| {
        inventory::count_vulnerabilities(connection, &read, &counting)
    })
    .await?;
    while step_vulnerabilities(&mut held, &filter, &request).await? {}
    let records = whole(&held, "exception.bulk_end", "exception", &request);
    let until = undoable(&held.kept);
    held.finish(until, records).await
}

/// What whoever asked may see and ask for at this moment, and who answers for it.
async fn vulnerability_permits(held: &Held) -> ApiResult<(Permit, Permit, Person)> {
    let acting = held.acting().await?;
    let read = acting.permit(Permission::new(Area::Findings, Action::Read))?;
    Ok((read, acting.permit(Permission::new(Area::Exceptions, Action::Write))?, acting.person))
}

/// Asks for an exception for the next vulnerabilities; tells whether there are more.
async fn step_vulnerabilities(
    held: &mut Held,
    filter: &Filter,
    request: &VulnerabilitiesBulkRequest,
) -> ApiResult<bool> {
    let (read, permit, requester) = vulnerability_permits(held).await?;
    let after =
        held.kept.cursor.as_ref().and_then(|cursor| Some((cursor[0].as_i64()?, cursor[1].as_str()?.to_owned())));
    let own = filter.clone();
    let found = held.app.read(move |connection| {
        let after = after.as_ref().map(|(severity, id)| (*severity, id.as_str()));
        inventory::vulnerabilities(connection, &read, &own, false, after, MOST_IDS)
    });
    let mut found = held.awaiting(found).await?;
    let has_more = found.len() > MOST_IDS as usize;
    found.truncate(MOST_IDS as usize);
    let Some(last) = found.last() else { return Ok(has_more) };
    let now = clock::now();
    let ids: Vec<String> = found.iter().map(|vulnerability| vulnerability.id.clone()).collect();
    let number = held.kept.pieces + 1;
    let is_one = held.kept.told.total.is_none_or(|total| total <= u64::from(MOST_IDS));
    let name = if is_one { request.name.clone() } else { format!("{} ({number})", request.name) };
    let (terms, policy) = (terms(request, name, ids), request.policy.clone());
    let new = exception_routes::stored(&held.app, &permit, &terms, policy, requester, now).await?;
    let (cursor, count, actor) = (json!([last.severity, last.id]), found.len() as u64, held.actor.clone());
    let output = held.output();
    held.change(move |connection, kept| {
        exceptions::insert(connection, &permit, &new)?;
        let mut record = entry(actor.clone(), now, "exception.request", "exception", &new.id, &new.name);
        record.after = Some(exception_routes::shown(&new));
        audit::append(connection, &record)?;
        output.put(connection, kept, &[Done::Requested(new.id.clone()).text()?])?;
        kept.told.done += count;
        kept.told.changed += count;
        kept.cursor = Some(cursor.clone());
        Ok(())
    })
    .await?;
    Ok(has_more)
}

/// The terms of an exception for some of them.
fn terms(request: &VulnerabilitiesBulkRequest, name: String, ids: Vec<String>) -> api::assurance::ExceptionTerms {
    api::assurance::ExceptionTerms {
        name,
        kind: Some("vulnerability".to_owned()),
        ids,
        package: None,
        path: None,
        scope: request.scope.clone(),
        owner: request.owner.clone(),
        reason: request.reason.clone(),
        expires: request.expires.clone(),
    }
}

/// Refuses a request whose exceptions could not be made: a wrong scope or time, a policy that is not there.
pub(crate) async fn check_exceptions(
    app: &App,
    permit: &Permit,
    request: &VulnerabilitiesBulkRequest,
) -> ApiResult<()> {
    // Where there are several, a number is put behind the name.
    let terms = terms(request, format!("{} (99999)", request.name), vec!["CVE-2000-0000".to_owned()]);
    let nobody = Person { id: String::new(), name: String::new() };
    exception_routes::stored(app, permit, &terms, request.policy.clone(), nobody, clock::now()).await?;
    if let Some(policy) = request.policy.clone() {
        let permit = jobs::own_permit(Permission::new(Area::Policies, Action::Read));
        app.read(move |connection| policies::by_id(connection, &permit, &policy)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
