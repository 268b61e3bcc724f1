//! Jobs that the server does itself, with the rights that whoever asked has at that moment: exports, bulk actions, dry
//! runs. A server that dies loses nothing: what was done is kept with how far it was, and another goes on from there.

pub(crate) mod bulk;
pub(crate) mod dry_run;
mod export;

use std::time::Duration;

use api::ProblemCode;
use api::jobs::{Job, JobProgress, Work};
use api::registries::Cause;
use policy::access::{Permission, Permit, Principal, Reach};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::audit::{self, Actor, AuditEntry};
use store::jobs::own::{self, NewOwnJob};
use store::jobs::{Job as StoredJob, Lease};
use store::{Connection, StoreError};
use tokio::sync::Notify;

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::{self, Caller};
use crate::{ids, jobs, secrets};

/// How many jobs a server does at once.
const AT_ONCE: usize = 2;

/// How long a job is held without a sign of its progress.
const LEASE: i64 = 120 * SECOND;

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
        let mut record = record.clone();
        record.object_id.clone_from(&new.id);
        audit::append(connection, &record)?;
        own::of_owner(connection, &new.owner, &new.id)
    });
    let job = added.await.map_err(|error| match error {
        StoreError::InUse { by, .. } => {
            let detail = format!("You have {by}; wait for them, or cancel some.");
            ApiError::new(ProblemCode::RateLimited, detail).retry_after(10)
        }
        error => error.into(),
    })?;
    tracing::info!(job.id = %id, job.owner = %owner, "a job of the server waits");
    NEW_JOB.notify_waiters();
    jobs::describe(job)
}

/// How far a job is, as it is kept: what people are told, and where it goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) told: JobProgress,
    /// Where it goes on.
    #[serde(default)]
    cursor: Option<Json>,
    /// How many pieces of output there are.
    #[serde(default)]
    pub(crate) pieces: i64,
    /// Within what the permit reached that it was made with.
    #[serde(default)]
    pub(crate) reach: Option<String>,
}

/// Within what a permit reaches, as text.
pub(crate) fn reach(permit: &Permit) -> String {
    match permit.reach() {
        Reach::Everything => "everything".to_owned(),
        Reach::Scopes(scopes) => scopes.iter().cloned().collect::<Vec<_>>().join(","),
    }
}

/// A job that this server holds.
struct Held {
    app: App,
    id: String,
    secret: Vec<u8>,
    principal: Principal,
    actor: Actor,
    kept: Kept,
}

impl Held {
    fn permit(&self, permission: Permission) -> ApiResult<Permit> {
        Ok(policy::access::permit(&self.principal, permission)?)
    }

    /// Does a piece of work that records tell, together with how far the job is then.
    async fn change<F>(&mut self, function: F) -> ApiResult<()>
    where
        F: Fn(&mut Connection, &mut Kept) -> Result<(), StoreError> + Send + 'static,
    {
        self.in_one(true, function).await
    }

    /// The same for what no record tells.
    async fn note<F>(&mut self, function: F) -> ApiResult<()>
    where
        F: Fn(&mut Connection, &mut Kept) -> Result<(), StoreError> + Send + 'static,
    {
        self.in_one(false, function).await
    }

    async fn in_one<F>(&mut self, is_told: bool, function: F) -> ApiResult<()>
    where
        F: Fn(&mut Connection, &mut Kept) -> Result<(), StoreError> + Send + 'static,
    {
        let (id, secret, former) = (self.id.clone(), self.secret.clone(), self.kept.clone());
        let work = move |connection: &mut Connection| {
            let mut kept = former.clone();
            function(connection, &mut kept)?;
            let text = serde_json::to_string(&kept).map_err(|_| StoreError::Defect)?;
            own::note_progress(connection, &id, &secret, &text, clock::now() + LEASE)?;
            Ok(kept)
        };
        self.kept = match is_told {
            true => self.app.change(work).await?,
            false => self.app.note(work).await?,
        };
        Ok(())
    }

    /// Ends it well. `records` tell of the whole.
    async fn finish(self, expires: Option<i64>, records: Vec<AuditEntry>) -> ApiResult<()> {
        let now = clock::now();
        let work = move |connection: &mut Connection| {
            let text = serde_json::to_string(&self.kept).map_err(|_| StoreError::Defect)?;
            own::finish_own(connection, &self.id, &self.secret, &text, expires, now)?;
            records.iter().try_for_each(|record| audit::append(connection, record).map(|_| ()))
        };
        Ok(self.app.clone().change(work).await?)
    }
}

/// Leases a job and does it; `false` where none waits.
pub(crate) async fn step(app: &App) -> ApiResult<bool> {
    let now = clock::now();
    if !app.read(move |connection| own::is_own_waiting(connection, now)).await? {
        return Ok(false);
    }
    let secret = secrets::random::<32>().to_vec();
    let lease = Lease { secret: secret.clone(), holder: "server".to_owned(), until: now + LEASE };
    let Some(job) = app.note(move |connection| own::lease_own(connection, &lease, now)).await? else {
        return Ok(false);
    };
    let id = job.id.clone();
    let Err(error) = perform(app, job, secret.clone()).await else { return Ok(true) };
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

async fn perform(app: &App, job: StoredJob, secret: Vec<u8>) -> ApiResult<()> {
    let work = jobs::work(&job)?;
    let stored: Json = serde_json::from_str(&job.work).unwrap_or_default();
    let owner = job.owner.clone().unwrap_or_default();
    let held = Held {
        principal: guard::principal_of(app, &owner, clock::now()).await?,
        actor: actor(&stored["actor"]),
        kept: job.progress.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        app: app.clone(),
        id: job.id,
        secret,
    };
    match work {
        Work::Export { resource, format, filter, images } => {
            let request = api::exports::ExportRequest { format, filter, images };
            export::run(held, resource, &request, job.created).await
        }
        Work::Bulk { work } => bulk::run(held, work, job.created).await,
        Work::DryRun { policy, document } => {
            dry_run::run(held, api::assurance::DryRunRequest { policy, document }).await
        }
        Work::Scan { .. } | Work::List { .. } | Work::Test { .. } => Err(crate::assurance::defect()),
    }
}

fn actor(value: &Json) -> Actor {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Actor {
        kind: text("kind").unwrap_or_default(),
        id: text("id").unwrap_or_default(),
        name: text("name").unwrap_or_default(),
        address: text("address"),
        request: text("request"),
    }
}

#[cfg(test)]
mod tests;
