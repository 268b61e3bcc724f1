//! Jobs, as the API tells them and as they are made.

use std::time::Duration;

use api::Moment;
use api::jobs::{Job, Work};
use api::registries::{Cause, RegistryRules};
use policy::access::{Permission, Permit, Principal, permit};
use store::jobs::{NewJob, Priority};
use store::registries::Registry;
use tokio::sync::Notify;

use crate::clock::SECOND;
use crate::error::{ApiError, ApiResult};
use crate::{ids, secrets};

/// For how long a job is held without a heartbeat.
pub(crate) const LEASE_SECONDS: u32 = 60;

/// For how long the server holds a job while it takes an answer in.
pub(crate) const ANSWER_WAIT: i64 = 600 * SECOND;

/// How long a worker that waits for a job may miss one that another server has made.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Wakes the workers that wait at this server.
static NEW_JOB: Notify = Notify::const_new();

/// Tells waiting workers that there is a job. Whoever is not there looks by itself soon after.
pub(crate) fn announce() {
    NEW_JOB.notify_waiters();
}

/// Waits until there may be a job.
pub(crate) async fn announced() {
    // A time that runs out is a reason to look, too.
    let _ = tokio::time::timeout(LOOK_AGAIN, NEW_JOB.notified()).await;
}

/// The server's own permit, for work that nobody asked for at this moment.
pub(crate) fn own_permit(permission: Permission) -> Permit {
    permit(&Principal::server(), permission).expect("the server may do everything")
}

/// A number from 0 to 1 that spreads what would otherwise happen at once.
pub(crate) fn jitter() -> f64 {
    f64::from(u16::from_be_bytes(secrets::random::<2>())) / f64::from(u16::MAX)
}

/// A job that lists a registry.
pub(crate) fn list_job(registry: &Registry, priority: Priority, requested_by: &str, now: i64) -> NewJob {
    let work = Work::List { rules: rules(registry) };
    new_job(&registry.id, format!("list/{}", registry.id), &work, priority, requested_by, now)
}

/// A job that tries the connection to a registry.
pub(crate) fn test_job(registry: &Registry, requested_by: &str, now: i64) -> NewJob {
    let plain = |pattern: &&String| !pattern.contains(['*', '?']);
    let work = Work::Test { repository: registry.rules.repositories.iter().find(plain).cloned() };
    new_job(&registry.id, format!("test/{}", registry.id), &work, Priority::Person, requested_by, now)
}

/// A job that indexes an image.
pub(crate) fn scan_job(
    registry_id: &str,
    image: (&str, Option<&str>, Option<&str>),
    priority: Priority,
    requested_by: &str,
    now: i64,
) -> NewJob {
    let (repository, tag, digest) = image;
    let reference = match (digest, tag) {
        (Some(digest), _) => format!("@{digest}"),
        (None, tag) => format!(":{}", tag.unwrap_or("latest")),
    };
    let work = Work::Scan {
        repository: repository.to_owned(),
        tag: tag.map(str::to_owned),
        digest: digest.map(str::to_owned),
    };
    new_job(registry_id, format!("scan/{registry_id}/{repository}{reference}"), &work, priority, requested_by, now)
}

fn new_job(registry_id: &str, key: String, work: &Work, priority: Priority, by: &str, now: i64) -> NewJob {
    NewJob {
        id: ids::new(now),
        kind: work.kind(),
        key,
        registry_id: registry_id.to_owned(),
        priority,
        work: serde_json::to_string(work).unwrap_or_default(),
        requested_by: by.to_owned(),
    }
}

/// The rules of a registry in the words of the API.
pub(crate) fn rules(registry: &Registry) -> RegistryRules {
    let rules = registry.rules.clone();
    RegistryRules {
        repositories: rules.repositories,
        tags: rules.tags,
        newest: rules.newest,
        pushed_within_days: rules.pushed_within_days,
        pulled_within_days: rules.pulled_within_days,
    }
}

/// What a stored job is to do.
pub(crate) fn work(job: &store::jobs::Job) -> ApiResult<Work> {
    serde_json::from_str(&job.work).map_err(|error| {
        tracing::error!(job.id = %job.id, %error, "a job cannot be understood");
        ApiError::new(api::ProblemCode::Defect, "The job cannot be understood; the server's log says more.")
    })
}

/// A reason as it is stored.
pub(crate) fn stored_cause(cause: &Cause) -> String {
    serde_json::to_string(cause).unwrap_or_default()
}

/// A stored job as the API tells it to somebody (`user/0190…`): of what is done with the rights of another they learn how it
/// stands, and nothing of what it is about.
pub(crate) fn describe(job: store::jobs::Job, reader: &str) -> ApiResult<Job> {
    if job.owner.as_deref().is_some_and(|owner| owner != reader) {
        let mut told = tell(job, None);
        if let Some(failure) = &mut told.failure {
            failure.parameters.clear();
        }
        return Ok(told);
    }
    let work = work(&job)?;
    Ok(tell(job, Some(work)))
}

fn tell(job: store::jobs::Job, work: Option<Work>) -> Job {
    let priority = match job.priority {
        1 => "person",
        2 => "webhook",
        _ => "schedule",
    };
    let has_file = job.state == "done" && matches!(work, Some(Work::Export { .. }));
    Job {
        work,
        progress: job.progress.and_then(|text| serde_json::from_str(&text).ok()),
        expires: job.expires.map(Moment),
        link: has_file.then(|| format!("/api/v1/me/jobs/{}/output", job.id)),
        priority: priority.to_owned(),
        tries: u32::try_from(job.tries).unwrap_or_default(),
        not_before: Moment(job.not_before),
        failure: job.failure.and_then(|text| serde_json::from_str(&text).ok()),
        result: job.result.and_then(|text| serde_json::from_str(&text).ok()),
        created: Moment(job.created),
        begun: job.begun.map(Moment),
        finished: job.finished.map(Moment),
        id: job.id,
        kind: job.kind,
        state: job.state,
        registry_id: job.registry_id,
        leased_by: job.leased_by,
        requested_by: job.requested_by,
    }
}
