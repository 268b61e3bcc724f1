//! Jobs that the server does itself, with the rights that whoever asked has at that moment: exports, bulk actions, dry
//! runs. A server that dies loses nothing: what was done is kept with how far it was, and another goes on from there.

pub(crate) mod bulk;
pub(crate) mod dry_run;
mod export;
mod held;

use std::time::Duration;

use api::ProblemCode;
use api::jobs::{Job, Work};
use api::registries::Cause;
use store::audit::{self, AuditEntry};
use store::jobs::own::{self, NewOwnJob};
use store::jobs::{Job as StoredJob, Lease};
use store::{Connection, StoreError};
use tokio::sync::Notify;

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::{ids, jobs, secrets};

use held::Held;
pub(crate) use held::{Kept, reach};

/// How many jobs a server does at once.
const AT_ONCE: usize = 2;

/// How jobs are held.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// How long without a sign of whoever holds it, in microseconds.
    lease: i64,
    /// How often such a sign is given while a step takes its time.
    sign: Duration,
}

const PACE: Pace = Pace { lease: 120 * SECOND, sign: Duration::from_secs(30) };

/// How long nothing is asked where nothing waits.
const PAUSE: Duration = Duration::from_secs(2);

/// The wait before a job that failed is tried again.
const AGAIN: i64 = 10 * SECOND;

/// How long what a job made is kept.
pub(crate) const OUTPUT_KEPT: i64 = 24 * 3600 * SECOND;

/// Wakes the tasks of this server.
static NEW_JOB: Notify = Notify::const_new();

/// Works for as long as the server does.
pub(crate) async fn run(app: App, draining: daemon::Draining) {
    let one = |draining: daemon::Draining| {
        let app = app.clone();
        async move {
            while !draining.has_begun() {
                match step(&app).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => tracing::warn!(problem = ?error, "a job of the server could not be begun or ended"),
                }
                let _ = tokio::time::timeout(PAUSE, NEW_JOB.notified()).await;
            }
        }
    };
    futures_util::future::join_all((0..AT_ONCE).map(|_| one(draining.clone()))).await;
}

/// Adds a job for a caller, with its record, and gives it.
pub(crate) async fn enqueue(app: &App, caller: &Caller, work: Work, record: AuditEntry) -> ApiResult<Job> {
    enqueue_with(app, caller, work, record, |_, _| Ok(())).await
}

/// The same with something else in the transaction, which learns the id of the job.
pub(crate) async fn enqueue_with<F>(
    app: &App,
    caller: &Caller,
    work: Work,
    record: AuditEntry,
    beside: F,
) -> ApiResult<Job>
where
    F: Fn(&mut Connection, &str) -> Result<(), StoreError> + Send + 'static,
{
    let now = record.at;
    let mut told = serde_json::to_value(&work).map_err(|_| crate::assurance::defect())?;
    // Records of what the job does name who asked for it, and by which request.
    told["actor"] = serde_json::to_value(&caller.actor).map_err(|_| crate::assurance::defect())?;
    let new = NewOwnJob {
        id: ids::new(now),
        kind: work.kind(),
        owner: caller.owner(),
        work: told.to_string(),
        requested_by: caller.principal.name.clone(),
    };
    let (id, owner) = (new.id.clone(), new.owner.clone());
    let added = app.change(move |connection| {
        own::enqueue_own(connection, &new, now)?;
        beside(connection, &new.id)?;
        let mut record = record.clone();
        record.object_id.clone_from(&new.id);
        audit::append(connection, &record)?;
        own::of_owner(connection, &new.owner, &new.id)
    });
    let job = added.await.map_err(|error| match error {
        StoreError::InUse { by, .. } => too_many(&by),
        error => error.into(),
    })?;
    tracing::info!(job.id = %id, job.owner = %owner, "a job of the server waits");
    announce();
    jobs::describe(job, &caller.owner())
}

/// Nobody fills the queue alone.
pub(crate) fn too_many(open: &str) -> ApiError {
    let detail = format!("You have {open}; wait for them, or cancel some.");
    ApiError::new(ProblemCode::RateLimited, detail).retry_after(10)
}

/// Tells this server that there is a job. The others look by themselves soon after.
pub(crate) fn announce() {
    NEW_JOB.notify_waiters();
}

/// Leases a job and does it; `false` where none waits.
pub(crate) async fn step(app: &App) -> ApiResult<bool> {
    step_at(app, PACE).await
}

async fn step_at(app: &App, pace: Pace) -> ApiResult<bool> {
    let Some((job, secret)) = lease(app, pace).await? else { return Ok(false) };
    let id = job.id.clone();
    let Err(error) = perform(app, job, secret.clone(), pace).await else { return Ok(true) };
    let may_pass = matches!(error.code, ProblemCode::Unavailable | ProblemCode::Timeout | ProblemCode::Defect);
    let (now, problem) = (clock::now(), error.problem(None));
    let mut cause = Cause::new(problem.code);
    cause.parameters = problem.parameters;
    let failure = jobs::stored_cause(&cause);
    let again = may_pass.then_some(now + AGAIN);
    let own_id = id.clone();
    let ended = app.note(move |connection| own::fail_own(connection, &own_id, &secret, &failure, again, now)).await;
    match ended {
        Ok(()) => tracing::warn!(job.id = %id, code = cause.code, "a job of the server failed"),
        // It was cancelled, or another server has it.
        Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {
            tracing::info!(job.id = %id, "a job was taken away while it was done");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}

/// A job with the secret of its lease.
async fn lease(app: &App, pace: Pace) -> ApiResult<Option<(StoredJob, Vec<u8>)>> {
    let now = clock::now();
    if !app.read(move |connection| own::is_own_waiting(connection, now)).await? {
        return Ok(None);
    }
    let secret = secrets::random::<32>().to_vec();
    let lease = Lease { secret: secret.clone(), holder: "server".to_owned(), until: now + pace.lease };
    let leased = app.note(move |connection| own::lease_own(connection, &lease, now)).await?;
    Ok(leased.map(|job| (job, secret)))
}

async fn perform(app: &App, job: StoredJob, secret: Vec<u8>, pace: Pace) -> ApiResult<()> {
    let (work, created) = (jobs::work(&job)?, job.created);
    let held = Held::new(app, job, secret, pace);
    match work {
        Work::Export { resource, format, filter, images, sort } => {
            let request = api::exports::ExportRequest { format, filter, images, sort };
            export::run(held, resource, &request, created).await
        }
        Work::Bulk { work } => bulk::run(held, work, created).await,
        Work::DryRun { policy, document } => {
            dry_run::run(held, api::assurance::DryRunRequest { policy, document }).await
        }
        Work::Scan { .. } | Work::List { .. } | Work::Test { .. } => Err(crate::assurance::defect()),
    }
}

#[cfg(test)]
mod tests;
