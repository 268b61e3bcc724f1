//! Taking a bulk action back as another one: what it changed, as far as that is still as it left it.

use std::sync::Arc;

use api::ProblemCode;
use api::bulk::{BulkUndo, BulkWork, ImageAction};
use api::jobs::Work;
use policy::access::{Action, Area, Permission, Permit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::approvals::{self, Approval};
use store::audit::{self, Actor};
use store::exceptions::{self, StoredException};
use store::jobs::{Job, own};
use store::{Connection, StoreError, images};

use super::{Came, Held, add, whole};
use crate::approving::{self, Place};
use crate::assurance::rules::Rules;
use crate::background::Kept;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::{Acting, Person, entry};
use crate::jobs;
use crate::routes::exceptions as exception_routes;

/// What a step of a bulk action did, as it is kept with the job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Done {
    /// It approved images.
    Approved(Vec<ApprovalChange>),
    /// It took the approvals of images back.
    Revoked(Vec<ApprovalChange>),
    /// It asked for the exception of this id.
    Requested(String),
}

/// What was done to the approvals of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ApprovalChange {
    pub(super) digest: String,
    /// When, in microseconds since 1970.
    pub(super) at: i64,
    pub(super) places: Vec<Place>,
}

impl Done {
    /// What is kept of a step of an action on images; nothing where it changed none or cannot be taken back.
    pub(super) fn of_images(action: ImageAction, changes: Vec<ApprovalChange>) -> Option<Done> {
        match action {
            _ if changes.is_empty() => None,
            ImageAction::Approve => Some(Done::Approved(changes)),
            ImageAction::RevokeApproval => Some(Done::Revoked(changes)),
            ImageAction::Rescan | ImageAction::Delete => None,
        }
    }

    pub(super) fn text(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|_| StoreError::Defect)
    }
}

/// What taking a job back needs, or why it cannot be taken back.
pub(crate) fn permission(job: &Job, now: i64) -> ApiResult<Permission> {
    let needed = match jobs::work(job)? {
        Work::Bulk { work: BulkWork::Images(request) } => match request.action {
            ImageAction::Approve | ImageAction::RevokeApproval => Some(super::image_permission(request.action)),
            ImageAction::Rescan | ImageAction::Delete => None,
        },
        Work::Bulk { work: BulkWork::Vulnerabilities(_) } => Some(Permission::new(Area::Exceptions, Action::Write)),
        _ => None,
    };
    let refused = |detail: &str| ApiError::new(ProblemCode::State, detail);
    let needed = needed.ok_or_else(|| refused("What this job does cannot be taken back."))?;
    if job.state != "done" {
        return Err(refused("Only a job that is done can be taken back."));
    }
    let kept = Kept::of(job);
    if kept.pieces == 0 {
        return Err(refused("The job changed nothing that could be taken back."));
    }
    if job.expires.is_none_or(|expires| expires <= now) {
        return Err(refused("The time is over in which the job could be taken back."));
    }
    if let Some(by) = kept.undone {
        return Err(refused("The job has been taken back already, or is about to be.").with("job", by));
    }
    Ok(needed)
}

/// Notes with a job by which other it is taken back: that is done once.
pub(crate) fn note(connection: &mut Connection, job: &Job, by: &str) -> Result<(), StoreError> {
    let kept = Kept { undone: Some(by.to_owned()), ..Kept::of(job) };
    let text = serde_json::to_string(&kept).map_err(|_| StoreError::Defect)?;
    own::replace_progress(connection, &job.id, job.progress.as_deref().unwrap_or_default(), &text)
}

pub(super) async fn run(mut held: Held, request: BulkUndo) -> ApiResult<()> {
    let (owner, id) = (held.owner.clone(), request.job.clone());
    let former = held.app.read(move |connection| own::of_owner(connection, &owner, &id)).await?;
    let (kept, is_of_images) =
        (Kept::of(&former), matches!(jobs::work(&former)?, Work::Bulk { work: BulkWork::Images(_) }));
    if held.kept.told.total.is_none() {
        let total = if is_of_images { kept.told.changed } else { kept.pieces.unsigned_abs() };
        held.note(move |_, kept| {
            kept.told.total = Some(total);
            Ok(())
        })
        .await?;
    }
    while step(&mut held, &request.job, kept.pieces).await? {}
    let records = whole(&held, "job.undo_end", "job", &request);
    held.finish(None, records).await
}

/// Takes the next of so many steps back; tells whether there was one.
async fn step(held: &mut Held, job: &str, steps: i64) -> ApiResult<bool> {
    let next = held.kept.cursor.as_ref().and_then(serde_json::Value::as_i64).unwrap_or(0);
    if next >= steps {
        return Ok(false);
    }
    let acting = held.acting().await?;
    let id = job.to_owned();
    let found = held.app.read(move |connection| own::output(connection, &id, next - 1, 1));
    let found = held.awaiting(found).await?.into_iter().find(|(position, _)| *position == next);
    let done: Option<Done> = found.and_then(|(_, body)| serde_json::from_slice(&body).ok());
    let Some(done) = done else {
        return Err(ApiError::new(ProblemCode::State, "What the job changed is not known any more."));
    };
    let back = Back { job: job.to_owned(), actor: held.actor.clone(), person: acting.person.clone() };
    match done {
        Done::Approved(changes) => take_images_back(held, &acting, back, changes, true, next).await?,
        Done::Revoked(changes) => take_images_back(held, &acting, back, changes, false, next).await?,
        Done::Requested(exception) => {
            let permit = acting.permit(Permission::new(Area::Exceptions, Action::Write))?;
            held.change(move |connection, kept| {
                add(&mut kept.told, withdraw(connection, &permit, &back, &exception, clock::now())?);
                kept.cursor = Some((next + 1).into());
                Ok(())
            })
            .await?;
        }
    }
    held.app.assurance.bell.notify_one();
    Ok(true)
}

/// Who takes what back.
struct Back {
    job: String,
    actor: Actor,
    person: Person,
}

async fn take_images_back(
    held: &mut Held,
    acting: &Acting,
    back: Back,
    changes: Vec<ApprovalChange>,
    was_approved: bool,
    next: i64,
) -> ApiResult<()> {
    let permit = acting.permit(super::image_permission(ImageAction::Approve))?;
    let rules = Arc::new(held.awaiting(Rules::read(&held.app, clock::now())).await?);
    held.change(move |connection, kept| {
        for change in &changes {
            let came = match take_image_back(connection, &permit, &rules, &back, change, was_approved) {
                // Somebody removed it meanwhile, or it is out of what may be changed.
                Err(StoreError::NotFound { .. }) => Came::NotPermitted,
                other => other?,
            };
            add(&mut kept.told, came);
        }
        kept.cursor = Some((next + 1).into());
        Ok(())
    })
    .await
}

fn take_image_back(
    connection: &mut Connection,
    permit: &Permit,
    rules: &Rules,
    back: &Back,
    change: &ApprovalChange,
    was_approved: bool,
) -> Result<Came, StoreError> {
    let (image, now) = (images::by_digest(connection, permit, &change.digest)?, clock::now());
    let within = approving::within(connection, permit, rules, &image)?;
    let present = approvals::of_digest(connection, &change.digest)?;
    let is_as_left = |place: &&Place| {
        let own = present.iter().find(|own| own.registry == place.registry && own.repository == place.repository);
        match (own, was_approved) {
            // Whoever approved it anew since meant it.
            (Some(own), true) => own.approver == back.actor.id && own.at == change.at,
            (None, false) => true,
            (None, true) | (Some(_), false) => false,
        }
    };
    let left: Vec<&Place> = change.places.iter().filter(is_as_left).collect();
    let is_reached = |place: &&Place| within.contains(&(place.registry.clone(), place.repository.clone()));
    let (reached, beyond): (Vec<&Place>, Vec<&Place>) = left.into_iter().partition(is_reached);
    let approval = |place: &Place| Approval {
        registry: place.registry.clone(),
        repository: place.repository.clone(),
        digest: change.digest.clone(),
        approver: back.actor.id.clone(),
        approver_name: back.actor.name.clone(),
        comment: place.former.clone().unwrap_or_default(),
        at: now,
    };
    let (again, no_more): (Vec<&Place>, Vec<&Place>) = reached.into_iter().partition(|place| place.former.is_some());
    let is_changed = !again.is_empty() || !no_more.is_empty();
    for (action, places) in [("image.approve", again), ("image.revoke_approval", no_more)] {
        if places.is_empty() {
            continue;
        }
        let changed: Vec<Approval> = places.iter().map(|place| approval(place)).collect();
        match action {
            "image.approve" => approvals::approve(connection, permit, &changed)?,
            _ => approvals::revoke(connection, permit, &changed)?,
        }
        let (names, comments): (Vec<String>, Vec<Option<&String>>) =
            places.iter().map(|place| (place.name(), place.former.as_ref())).unzip();
        let mut record = entry(back.actor.clone(), now, action, "image", &image.digest, &image.name);
        // Comments are those that the approvals have again, in the order of the repositories.
        record.after = Some(json!({ "repositories": names, "comments": comments, "undoes": back.job }));
        audit::append(connection, &record)?;
    }
    Ok(match (is_changed, beyond.is_empty()) {
        (true, _) => Came::Changed,
        (false, true) => Came::Unchanged,
        (false, false) => Came::NotPermitted,
    })
}

fn withdraw(connection: &mut Connection, permit: &Permit, back: &Back, id: &str, now: i64) -> Result<Came, StoreError> {
    let former = match exceptions::by_id(connection, permit, id) {
        Err(StoreError::NotFound { .. }) => return Ok(Came::NotPermitted),
        former => former?,
    };
    if !matches!(former.state.as_str(), "requested" | "approved") {
        return Ok(Came::Unchanged);
    }
    let new = StoredException {
        state: "withdrawn".to_owned(),
        decider: Some(back.person.id.clone()),
        decider_name: Some(back.person.name.clone()),
        decided: Some(now),
        changed: now,
        version: former.version.saturating_add(1),
        ..former.clone()
    };
    exceptions::decide(connection, permit, &new, &former.state)?;
    let mut record = entry(back.actor.clone(), now, "exception.withdraw", "exception", &new.id, &new.name);
    (record.before, record.after) = (Some(exception_routes::shown(&former)), Some(exception_routes::shown(&new)));
    audit::append(connection, &record)?;
    Ok(Came::Changed)
}
