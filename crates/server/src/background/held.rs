//! A job in the hands of this server: whose rights it has at the moment, how far it is, and how it stays this server's.

use api::jobs::JobProgress;
use aws_lc_rs::digest::{SHA256, digest};
use policy::access::{Permit, Reach};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::audit::{self, Actor, AuditEntry};
use store::jobs::{Job, own};
use store::{Connection, StoreError, rights};

use super::Pace;
use crate::app::App;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::{self, Acting};

/// How far a job is, as it is kept: what people are told, and where it goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) told: JobProgress,
    /// Where it goes on.
    #[serde(default)]
    pub(super) cursor: Option<Json>,
    /// How many pieces of output there are.
    #[serde(default)]
    pub(crate) pieces: i64,
    /// Within what the permit reached that it was made with.
    #[serde(default)]
    pub(crate) reach: Option<String>,
    /// The id of the job by which it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undone: Option<String>,
}

impl Kept {
    /// What is kept of a job; of one that has not begun, nothing.
    pub(crate) fn of(job: &Job) -> Kept {
        job.progress.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// Within what a permit reaches, as text: its application scopes, each with a hash of what it takes in.
pub(crate) fn reach(connection: &mut Connection, permit: &Permit) -> Result<String, StoreError> {
    let Reach::Scopes(scopes) = permit.reach() else { return Ok("everything".to_owned()) };
    let mut all = Vec::new();
    for id in scopes {
        let hash = match rights::scope_by_id(connection, id) {
            Ok(scope) => hex(&digest(&SHA256, scope.definition.as_bytes()).as_ref()[..16]),
            Err(StoreError::NotFound { .. }) => "gone".to_owned(),
            Err(error) => return Err(error),
        };
        all.push(format!("{id}={hash}"));
    }
    Ok(all.join(","))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A job that this server holds.
pub(super) struct Held {
    pub(super) app: App,
    pub(super) id: String,
    secret: Vec<u8>,
    pub(super) owner: String,
    pub(super) actor: Actor,
    pub(super) kept: Kept,
    pace: Pace,
}

impl Held {
    pub(super) fn new(app: &App, job: Job, secret: Vec<u8>, pace: Pace) -> Held {
        let work: Json = serde_json::from_str(&job.work).unwrap_or_default();
        Held {
            app: app.clone(),
            kept: Kept::of(&job),
            actor: actor(&work["actor"]),
            owner: job.owner.unwrap_or_default(),
            id: job.id,
            secret,
            pace,
        }
    }

    /// Whoever it is done for, with the rights that they have at this moment. Asked before each step: what was taken away
    /// ends the job.
    pub(super) async fn acting(&self) -> ApiResult<Acting> {
        guard::acting(&self.app, &self.owner, clock::now()).await
    }

    /// Waits for a piece of work while the job stays this server's, however long that takes; ends with the lease.
    pub(super) async fn awaiting<T, E: Into<ApiError>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> ApiResult<T> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done.map_err(Into::into),
                () = tokio::time::sleep(self.pace.sign) => {
                    let (id, secret, lease) = (self.id.clone(), self.secret.clone(), self.pace.lease);
                    let renew = move |connection: &mut Connection| {
                        own::renew(connection, &id, &secret, clock::now() + lease)
                    };
                    self.app.note(renew).await?;
                }
            }
        }
    }

    /// Does a piece of work that records tell, together with how far the job is then.
    pub(super) async fn change<F>(&mut self, function: F) -> ApiResult<()>
    where
        F: Fn(&mut Connection, &mut Kept) -> Result<(), StoreError> + Send + 'static,
    {
        self.in_one(true, function).await
    }

    /// The same for what no record tells.
    pub(super) async fn note<F>(&mut self, function: F) -> ApiResult<()>
    where
        F: Fn(&mut Connection, &mut Kept) -> Result<(), StoreError> + Send + 'static,
    {
        self.in_one(false, function).await
    }

    async fn in_one<F>(&mut self, is_told: bool, function: F) -> ApiResult<()>
    where
        F: Fn(&mut Connection, &mut Kept) -> Result<(), StoreError> + Send + 'static,
    {
        let (id, secret, former, lease) = (self.id.clone(), self.secret.clone(), self.kept.clone(), self.pace.lease);
        let work = move |connection: &mut Connection| {
            let mut kept = former.clone();
            function(connection, &mut kept)?;
            let text = serde_json::to_string(&kept).map_err(|_| StoreError::Defect)?;
            own::note_progress(connection, &id, &secret, &text, clock::now() + lease)?;
            Ok(kept)
        };
        self.kept = match is_told {
            true => self.awaiting(self.app.change(work)).await?,
            false => self.awaiting(self.app.note(work)).await?,
        };
        Ok(())
    }

    /// Begins what the job makes from its start: what another try left is no part of it. `reach` tells within what.
    pub(super) async fn begin_output(&mut self, total: Option<u64>, reach: String) -> ApiResult<()> {
        let id = self.id.clone();
        self.note(move |connection, kept| {
            own::clear_output(connection, &id)?;
            *kept = Kept { reach: Some(reach.clone()), ..Kept::default() };
            kept.told.total = total;
            Ok(())
        })
        .await
    }

    /// Keeps pieces of what the job makes behind those that there are, with how far it is then.
    pub(super) async fn put_output<F>(&mut self, pieces: Vec<Vec<u8>>, tell: F) -> ApiResult<()>
    where
        F: Fn(&mut Kept) + Send + 'static,
    {
        let output = self.output();
        self.note(move |connection, kept| {
            output.put(connection, kept, &pieces)?;
            tell(kept);
            Ok(())
        })
        .await
    }

    /// Where pieces go that are kept in the transaction of something else.
    pub(super) fn output(&self) -> Output {
        Output { id: self.id.clone(), secret: self.secret.clone() }
    }

    /// Ends it well. `records` tell of the whole.
    pub(super) async fn finish(self, expires: Option<i64>, records: Vec<AuditEntry>) -> ApiResult<()> {
        let now = clock::now();
        let work = move |connection: &mut Connection| {
            let text = serde_json::to_string(&self.kept).map_err(|_| StoreError::Defect)?;
            own::finish_own(connection, &self.id, &self.secret, &text, expires, now)?;
            records.iter().try_for_each(|record| audit::append(connection, record).map(|_| ()))
        };
        Ok(self.app.clone().change(work).await?)
    }
}

/// What a job makes.
pub(super) struct Output {
    id: String,
    secret: Vec<u8>,
}

impl Output {
    /// Keeps pieces behind those that there are.
    pub(super) fn put(
        &self,
        connection: &mut Connection,
        kept: &mut Kept,
        pieces: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        own::put_output(connection, &self.id, &self.secret, kept.pieces, pieces)?;
        kept.pieces += pieces.len() as i64;
        Ok(())
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
