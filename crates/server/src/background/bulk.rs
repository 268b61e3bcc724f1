//! The same done to all that a filter takes, in steps that each are one transaction with their records and with how far the
//! job is: what is done twice is seen to be done.

use std::collections::BTreeMap;
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
use store::images::{self, ImageQuery};
use store::jobs::Priority;
use store::{Connection, ListQuery, Place, StoreError, Value, exceptions, inventory, policies, registries};

use super::Held;
use crate::app::App;
use crate::approving::{self, Approver};
use crate::assurance::rules::Rules;
use crate::error::{ApiError, ApiResult};
use crate::guard::entry;
use crate::routes::exceptions as exception_routes;
use crate::{clock, jobs};

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
    }
}

/// Refuses where the number has moved by more than somebody would think the same.
pub(crate) fn is_as_expected(found: u64, expected: u64) -> ApiResult<()> {
    let (moved, allowed) =
        (u128::from(found.abs_diff(expected)) * 100, u128::from(expected) * u128::from(MOST_MOVED_PERCENT));
    match moved <= allowed {
        true => Ok(()),
        false => {
            let detail = format!("The filter takes {found} objects, and {expected} were expected; look again.");
            Err(ApiError::new(ProblemCode::Moved, detail).with("found", found).with("expected", expected))
        }
    }
}

/// What an action on images needs beside seeing them.
pub(crate) fn image_permission(action: ImageAction) -> Permission {
    match action {
        ImageAction::Rescan | ImageAction::Delete => Permission::new(Area::Images, Action::Write),
        ImageAction::Approve | ImageAction::RevokeApproval => Permission::new(Area::Images, Action::Approve),
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
    let found = held.app.read(count).await?;
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
    write: Permit,
    actor: Actor,
    rules: Rules,
    /// The ids of registries by their addresses.
    registries: BTreeMap<String, String>,
}

async fn run_images(mut held: Held, request: ImagesBulkRequest, asked: i64) -> ApiResult<()> {
    let read = held.permit(Permission::new(Area::Images, Action::Read))?;
    let write = held.permit(image_permission(request.action))?;
    let filter = Filter::read(&request.filter, images::KEYS, asked)?;
    let (counting, permit) = (filter.clone(), read.clone());
    begin(&mut held, request.expected, move |connection| images::count(connection, &permit, &counting)).await?;
    let registries = match request.action {
        ImageAction::Rescan => held.app.read(registries_by_address).await?,
        ImageAction::Delete | ImageAction::Approve | ImageAction::RevokeApproval => BTreeMap::new(),
    };
    let rules = Rules::read(&held.app, clock::now()).await?;
    let over = Arc::new(OverImages { request, write, actor: held.actor.clone(), rules, registries });
    loop {
        let after =
            held.kept.cursor.as_ref().and_then(|cursor| Some((Value::from(cursor[0].as_str()?), cursor[1].as_i64()?)));
        let asked = ImageQuery { filter: filter.clone(), after, limit: STEP, ..ImageQuery::default() };
        let permit = read.clone();
        let (mut found, _) = held.app.read(move |connection| images::list(connection, &permit, &asked)).await?;
        let has_more = found.len() > STEP as usize;
        found.truncate(STEP as usize);
        let own = Arc::clone(&over);
        held.change(move |connection, kept| {
            for image in &found {
                let came = match one_image(connection, &own, image, clock::now()) {
                    // It is seen, but out of what may be changed; or somebody removed it meanwhile.
                    Err(StoreError::NotFound { .. }) => Came::NotPermitted,
                    other => other?,
                };
                add(&mut kept.told, came);
                kept.cursor = Some(json!([image.name, image.id]));
            }
            Ok(())
        })
        .await?;
        match over.request.action {
            ImageAction::Rescan => jobs::announce(),
            ImageAction::Approve | ImageAction::RevokeApproval => held.app.assurance.bell.notify_one(),
            ImageAction::Delete => {}
        }
        if !has_more {
            let records = whole(&held, "image.bulk_end", "image", &over.request);
            return held.finish(None, records).await;
        }
    }
}

fn one_image(
    connection: &mut Connection,
    over: &OverImages,
    image: &images::Image,
    now: i64,
) -> Result<Came, StoreError> {
    // Whether it may be changed is asked before anything is.
    let image = images::by_digest(connection, &over.write, &image.digest)?;
    let record = |action: &str, after: Json| {
        let mut record = entry(over.actor.clone(), now, action, "image", &image.digest, &image.name);
        record.after = Some(after);
        record
    };
    match over.request.action {
        ImageAction::Delete => {
            images::remove(connection, &over.write, &image.digest, now)?;
            let mut record = record("image.remove", Json::Null);
            (record.before, record.after) = (Some(json!({ "digest": image.digest })), None);
            audit::append(connection, &record)?;
            Ok(Came::Changed)
        }
        ImageAction::Rescan => {
            let names = images::names(connection, image.id)?;
            let found = names.iter().find_map(|named| Some((named, over.registries.get(&named.name.registry)?)));
            let Some((named, registry)) = found else { return Ok(Came::Unchanged) };
            let tag = Some(named.name.tag.as_str()).filter(|tag| !tag.is_empty());
            let place = (named.name.repository.as_str(), tag, Some(image.digest.as_str()));
            let job = jobs::scan_job(registry, place, Priority::Person, &over.actor.name, now);
            let id = store::jobs::enqueue(connection, &job, now)?;
            audit::append(connection, &record("image.rescan", json!({ "job": id })))?;
            Ok(Came::Changed)
        }
        ImageAction::Approve | ImageAction::RevokeApproval => {
            let approver = Approver { id: &over.actor.id, name: &over.actor.name };
            let comment = (over.request.action == ImageAction::Approve).then_some(over.request.comment.as_str());
            let places = approving::change(connection, &over.write, &over.rules, &image, &approver, comment, now)?;
            if places.is_empty() {
                return Ok(Came::Unchanged);
            }
            let action = if comment.is_some() { "image.approve" } else { "image.revoke_approval" };
            audit::append(connection, &record(action, json!({ "repositories": places, "comment": comment })))?;
            Ok(Came::Changed)
        }
    }
}

fn registries_by_address(connection: &mut Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let permit = jobs::own_permit(Permission::new(Area::Registries, Action::Read));
    let mut all = BTreeMap::new();
    let mut after = None;
    loop {
        let sort = Sort { key: "name", is_descending: false };
        let query = ListQuery { filter: Filter::default(), sort, after, limit: api::LARGEST_PAGE };
        let page = registries::list(connection, &permit, &query)?;
        let has_more = page.len() > api::LARGEST_PAGE as usize;
        after = page.last().map(|(_, place)| place.clone());
        all.extend(page.into_iter().map(|(registry, _)| (registry.address, registry.id)));
        if !has_more {
            return Ok(all);
        }
    }
}

async fn run_jobs(mut held: Held, request: JobsBulkRequest, asked: i64) -> ApiResult<()> {
    let read = held.permit(Permission::new(Area::Jobs, Action::Read))?;
    let write = held.permit(Permission::new(Area::Jobs, Action::Write))?;
    let filter = Filter::read(&request.filter, store::jobs::KEYS, asked)?;
    let (counting, permit, this) = (filter.clone(), read.clone(), held.id.clone());
    begin(&mut held, request.expected, move |connection| {
        store::jobs::count(connection, &permit, &counting, Some(&this))
    })
    .await?;
    loop {
        let after = held.kept.cursor.as_ref().and_then(Json::as_str);
        let query = ListQuery {
            filter: filter.clone(),
            sort: Sort { key: "created", is_descending: true },
            after: after.map(|id| Place { value: id.into(), id: id.to_owned() }),
            limit: STEP,
        };
        let permit = read.clone();
        let found = held.app.read(move |connection| store::jobs::list(connection, &permit, &query)).await?;
        let has_more = found.len() > STEP as usize;
        let found: Vec<store::jobs::Job> = found.into_iter().take(STEP as usize).map(|(job, _)| job).collect();
        let (action, permit, actor, this) = (request.action, write.clone(), held.actor.clone(), held.id.clone());
        held.change(move |connection, kept| {
            let now = clock::now();
            for job in &found {
                kept.cursor = Some(job.id.as_str().into());
                // What does it is no part of what it is done to.
                if job.id != this {
                    let came = one_job(connection, action, &permit, &actor, &job.id, now)?;
                    add(&mut kept.told, came);
                }
            }
            Ok(())
        })
        .await?;
        jobs::announce();
        if !has_more {
            let records = whole(&held, "job.bulk_end", "job", &request);
            return held.finish(None, records).await;
        }
    }
}

fn one_job(
    connection: &mut Connection,
    action: JobAction,
    permit: &Permit,
    actor: &Actor,
    id: &str,
    now: i64,
) -> Result<Came, StoreError> {
    let (done, word) = match action {
        JobAction::Retry => (store::jobs::retry(connection, permit, id, now), "job.retry"),
        JobAction::Cancel => (store::jobs::cancel(connection, permit, id, now), "job.cancel"),
    };
    match done {
        Ok(_) => {
            audit::append(connection, &entry(actor.clone(), now, word, "job", id, id))?;
            Ok(Came::Changed)
        }
        // It is in another state already, or was forgotten.
        Err(StoreError::Changed { .. } | StoreError::InUse { .. } | StoreError::NotFound { .. }) => Ok(Came::Unchanged),
        Err(error) => Err(error),
    }
}

async fn run_vulnerabilities(mut held: Held, request: VulnerabilitiesBulkRequest, asked: i64) -> ApiResult<()> {
    let read = held.permit(Permission::new(Area::Findings, Action::Read))?;
    let write = held.permit(Permission::new(Area::Exceptions, Action::Write))?;
    let filter = Filter::read(&request.filter, inventory::VULNERABILITY_KEYS, asked)?;
    let (counting, permit) = (filter.clone(), read.clone());
    begin(&mut held, request.expected, move |connection| {
        inventory::count_vulnerabilities(connection, &permit, &counting)
    })
    .await?;
    let is_one = held.kept.told.total.is_none_or(|total| total <= u64::from(MOST_IDS));
    loop {
        let after =
            held.kept.cursor.as_ref().and_then(|cursor| Some((cursor[0].as_i64()?, cursor[1].as_str()?.to_owned())));
        let (own, permit) = (filter.clone(), read.clone());
        let mut found = held
            .app
            .read(move |connection| {
                let after = after.as_ref().map(|(severity, id)| (*severity, id.as_str()));
                inventory::vulnerabilities(connection, &permit, &own, false, after, MOST_IDS)
            })
            .await?;
        let has_more = found.len() > MOST_IDS as usize;
        found.truncate(MOST_IDS as usize);
        if let Some(last) = found.last() {
            let now = clock::now();
            let ids: Vec<String> = found.iter().map(|vulnerability| vulnerability.id.clone()).collect();
            let number = held.kept.pieces + 1;
            let name = if is_one { request.name.clone() } else { format!("{} ({number})", request.name) };
            let terms = terms(&request, name, ids);
            let (actor, policy) = (held.actor.clone(), request.policy.clone());
            let requester = (actor.id.as_str(), actor.name.as_str());
            let new = exception_routes::stored(&held.app, &write, &terms, policy, requester, now).await?;
            let (cursor, count, permit) = (json!([last.severity, last.id]), found.len() as u64, write.clone());
            held.change(move |connection, kept| {
                exceptions::insert(connection, &permit, &new)?;
                let mut record = entry(actor.clone(), now, "exception.request", "exception", &new.id, &new.name);
                record.after = Some(exception_routes::shown(&new));
                audit::append(connection, &record)?;
                kept.pieces = number;
                kept.told.done += count;
                kept.told.changed += count;
                kept.cursor = Some(cursor.clone());
                Ok(())
            })
            .await?;
        }
        if !has_more {
            let records = whole(&held, "exception.bulk_end", "exception", &request);
            return held.finish(None, records).await;
        }
    }
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
    exception_routes::stored(app, permit, &terms, request.policy.clone(), ("", ""), clock::now()).await?;
    if let Some(policy) = request.policy.clone() {
        let permit = jobs::own_permit(Permission::new(Area::Policies, Action::Read));
        app.read(move |connection| policies::by_id(connection, &permit, &policy)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_move_by_five_percent_whatever_its_size() {
        for (found, expected, holds) in [
            (95, 100, true),
            (94, 100, false),
            (105, 100, true),
            (106, 100, false),
            (0, 0, true),
            (1, 0, false),
            (19, 20, true),
            (0, u64::MAX, false),
            (u64::MAX, u64::MAX, true),
        ] {
            assert_eq!(is_as_expected(found, expected).is_ok(), holds, "{found} of {expected}");
        }
    }
}
