//! What a listing leads to: new and moved tags are scanned, vanished ones forgotten, risks told.

use api::jobs::{ListedTag, Listing};
use api::registries::Cause;
use policy::Pattern;
use policy::access::{Action, Area, Permission};
use store::StoreError;
use store::jobs::{Job, Priority};
use store::registries::{self, Listed, Registry, Tag};

use super::kind;
use crate::app::App;
use crate::clock::SECOND;
use crate::jobs;

/// How many tags are taken in at once: other writers get their turn in between.
const STEP: usize = 500;

/// How many stale images are named.
const MOST_NAMED: usize = 5;

/// How many stale images are counted.
const MOST_COUNTED: u32 = 1000;

/// Takes a listing in. Tells how many images are scanned for it.
pub(crate) async fn take_in(app: &App, job: &Job, listing: Listing, now: i64) -> Result<usize, StoreError> {
    let id = job.registry_id.clone();
    let permit = jobs::own_permit(Permission::new(Area::Registries, Action::Read));
    let registry = app.read(move |connection| registries::by_id(connection, &permit, &id)).await?;
    let priority = Priority::of(job.priority);
    let tags: Vec<Tag> = listing.tags.into_iter().map(stored).filter(|tag| is_wanted(&registry, tag)).collect();
    let mut enqueued = 0;
    for step in tags.chunks(STEP) {
        enqueued += note(app, &registry.id, step.to_vec(), priority, &job.requested_by, now).await?;
    }
    let begun = job.begun.unwrap_or(job.created);
    let failure = listing.problems.first().map(jobs::stored_cause);
    let risks_of = (registry.clone(), listing.is_open);
    app.note(move |connection| {
        if listing.is_complete {
            registries::forget_unseen(connection, &risks_of.0.id, begun)?;
        }
        let risks = serde_json::to_string(&risks(connection, &risks_of.0, risks_of.1, now)?).unwrap_or_default();
        let how = Listed::TakenIn { failure: failure.as_deref(), risks: &risks };
        registries::note_listing(connection, &risks_of.0.id, how, now)
    })
    .await?;
    Ok(enqueued)
}

/// Notes tags and enqueues a scan for each digest that is new; both or neither.
pub(crate) async fn note(
    app: &App,
    registry_id: &str,
    tags: Vec<Tag>,
    priority: Priority,
    requested_by: &str,
    now: i64,
) -> Result<usize, StoreError> {
    let (registry_id, requested_by) = (registry_id.to_owned(), requested_by.to_owned());
    let enqueued = app
        .note(move |connection| {
            let moved = registries::note_tags(connection, &registry_id, &tags, now)?;
            let mut ids = std::collections::BTreeSet::new();
            for Tag { repository, tag, digest, .. } in &moved {
                let image = (repository.as_str(), Some(tag.as_str()), Some(digest.as_str()));
                let new = jobs::scan_job(&registry_id, image, priority, &requested_by, now);
                ids.insert(store::jobs::enqueue(connection, &new, now)?);
            }
            Ok(ids.len())
        })
        .await?;
    if enqueued > 0 {
        jobs::announce();
    }
    Ok(enqueued)
}

/// Whether the rules of a registry want a tag.
pub(crate) fn is_wanted(registry: &Registry, tag: &Tag) -> bool {
    takes_in(&registry.rules.repositories, &tag.repository) && takes_in(&registry.rules.tags, &tag.tag)
}

/// Whether patterns take in a name; without any they take in all.
pub(crate) fn takes_in(patterns: &[String], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| Pattern::new(pattern.as_str()).matches(name))
}

fn stored(tag: ListedTag) -> Tag {
    Tag { repository: tag.repository, tag: tag.tag, digest: tag.digest, built: tag.built.map(|built| built.0) }
}

/// What is risky about a registry, beside what its settings tell.
fn risks(
    connection: &mut store::Connection,
    registry: &Registry,
    is_open: Option<bool>,
    now: i64,
) -> Result<Vec<Cause>, StoreError> {
    let mut risks = Vec::new();
    // That anybody may read is what a public registry is for.
    let is_public = kind(registry).default_address() == Some(registry.address.as_str());
    if is_open == Some(true) && !is_public {
        risks.push(Cause::new("registry.risk.no_authentication"));
    }
    if registry.stale_days > 0 {
        let before = now - registry.stale_days * 24 * 3600 * SECOND;
        let stale = registries::built_before(connection, &registry.id, before, MOST_COUNTED)?;
        if !stale.is_empty() {
            let named: Vec<String> =
                stale.iter().take(MOST_NAMED).map(|tag| format!("{}:{}", tag.repository, tag.tag)).collect();
            let cause = Cause::new("registry.risk.stale_images");
            risks.push(cause.with("count", stale.len()).with("days", registry.stale_days).with("images", named));
        }
    }
    Ok(risks)
}
