//! The work of scan workers: they lease a job, show that they live, and answer or fail. Only the holder of the lease can.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use api::ProblemCode;
use api::jobs::{
    Heartbeat, JobAnswer, JobFailure, LONGEST_LEASE_WAIT_SECONDS, LeaseAnswer, LeaseRequest, LeasedJob, LeasedRegistry,
    MOST_LISTED_TAGS, MalwareListsQuery, TestStep, Work,
};
use api::registries::Cause;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use policy::access::Permit;
use serde::Deserialize;
use store::audit::Actor;
use store::jobs::{self as stored, Failed, Job, Lease, NewJob, Priority};
use store::registries::{self, Listed};
use store::{StoreError, images};

use crate::app::App;
use crate::assurance::malware_lists::MalwareLists;
use crate::assurance::rules::Rules;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::jobs::{self, ANSWER_WAIT, LEASE_SECONDS};
use crate::json::{Body, ForeignBody, Path, Query};
use crate::registration::{Reference, Registration, Source, register};
use crate::registries::platforms::PlatformIndex;
use crate::registries::{kind, listing, open_credential};
use crate::secrets;

/// The largest answer, in bytes: the index of an image with a few hundred thousand files and packages.
pub(super) const LARGEST_ANSWER_BYTES: usize = 128 << 20;

/// The step of a test that the server itself takes.
const EXCHANGE: &str = "exchange";

/// What workers say of a credential that a registry did not take.
const REFUSALS: [&str; 2] = ["registry.unauthorized", "registry.no_token"];

/// The longest name of a worker, in characters.
const LONGEST_NAME: usize = 100;

/// Gives a worker the next job, or none when none came in the time that it waits.
#[utoipa::path(post, path = "/scans/lease", operation_id = "lease_scan", tag = "scans", request_body = LeaseRequest,
    responses((status = 200, description = "The job, with the registry's credential", body = LeaseAnswer)))]
pub(super) async fn lease(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LeaseRequest>,
) -> ApiResult<Json<LeaseAnswer>> {
    let permit = caller.permit()?;
    let holder: String = request.worker.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let wait = Duration::from_secs(request.wait_seconds.min(LONGEST_LEASE_WAIT_SECONDS).into());
    let until = Instant::now() + wait;
    loop {
        if let Some(job) = lease_one(&app, &permit, &holder).await? {
            return Ok(Json(LeaseAnswer { job: Some(job) }));
        }
        if Instant::now() >= until {
            return Ok(Json(LeaseAnswer { job: None }));
        }
        jobs::announced().await;
    }
}

async fn lease_one(app: &App, permit: &Permit, holder: &str) -> ApiResult<Option<LeasedJob>> {
    loop {
        let now = clock::now();
        let asking = permit.clone();
        if !app.read(move |connection| stored::is_waiting(connection, &asking, now)).await? {
            return Ok(None);
        }
        let text = secrets::new("lease_");
        let given = Lease {
            secret: secrets::hash(&text),
            holder: holder.to_owned(),
            until: now + i64::from(LEASE_SECONDS) * SECOND,
        };
        let leasing = permit.clone();
        let leased = app.note(move |connection| {
            let Some(job) = stored::lease(connection, &leasing, &given, now)? else { return Ok(None) };
            let registry = registries::by_id(connection, &leasing, &job.registry_id)?;
            Ok(Some((job, registry)))
        });
        let Some((job, registry)) = leased.await? else { return Ok(None) };
        let stored = match (jobs::work(&job), open_credential(app, &registry)) {
            (Ok(work), Ok(stored)) => Ok((work, stored)),
            (Err(_), _) => Err((Cause::new("job.unreadable"), Failed::ForGood)),
            (_, Err(cause)) => Err((cause, Failed::ForGood)),
        };
        let work = match stored {
            Ok((work, stored)) => match app.clouds.short_lived(&registry, stored, now).await {
                Ok(credential) => Ok((work, credential)),
                Err(error) if matches!(work, Work::Test { .. }) => {
                    end_test(app, permit, &job, &secrets::hash(&text), error.cause()).await?;
                    continue;
                }
                Err(error) if error.may_pass() => Err((error.cause(), Failed::MayPass { jitter: jobs::jitter() })),
                Err(error) => Err((error.cause(), Failed::ForGood)),
            },
            Err(undone) => Err(undone),
        };
        match work {
            Ok((work, credential)) => {
                let registry = LeasedRegistry {
                    kind: kind(&registry),
                    id: registry.id,
                    address: registry.address,
                    ca: registry.ca,
                    plain_http: registry.plain_http,
                    may_be_private: app.config.private_addresses,
                    credential,
                };
                tracing::info!(job.id = %job.id, job.kind = %job.kind, worker = holder, job.tries = job.tries, "a job is leased");
                let malware_lists = app.assurance.intelligence.database().and_then(|known| MalwareLists::key(&known));
                let wants_signatures =
                    matches!(work, Work::Scan { .. }) && Rules::read(app, now).await?.ask_for_signatures();
                let lease_seconds = LEASE_SECONDS;
                let job = LeasedJob {
                    id: job.id,
                    lease: text,
                    lease_seconds,
                    work,
                    registry,
                    malware_lists,
                    wants_signatures,
                };
                return Ok(Some(job));
            }
            // Nobody could do it; the next one may be better.
            Err((cause, how)) => {
                end_badly(app, permit, &job, &secrets::hash(&text), cause, how).await.map(|_| ())?;
            }
        }
    }
}

/// Ends a try of a connection that needs no worker: the credential could not be exchanged, and nothing after it was tried.
async fn end_test(app: &App, permit: &Permit, job: &Job, secret: &[u8], cause: Cause) -> ApiResult<()> {
    let later = ["dns", "tcp", "tls", "authentication", "authorization", "rate_limit"];
    let skipped =
        later.iter().map(|step| TestStep { step: (*step).to_owned(), outcome: "skipped".to_owned(), cause: None });
    let failed = TestStep { step: EXCHANGE.to_owned(), outcome: "failed".to_owned(), cause: Some(cause) };
    let steps: Vec<TestStep> = std::iter::once(failed).chain(skipped).collect();
    let result = serde_json::json!({ "is_ok": false, "steps": steps }).to_string();
    let (permit, id, secret, now) = (permit.clone(), job.id.clone(), secret.to_vec(), clock::now());
    let done = app.note(move |connection| stored::finish(connection, &permit, &id, &secret, Some(&result), now));
    done.await.map_err(lost)?;
    Ok(())
}

/// The lists of known malware that workers ask about the files that they see: a database that has nothing else. It is found
/// by the key that the job told; there is none of it any more where the server has taken a newer intelligence since.
#[utoipa::path(get, path = "/scans/malware-lists", operation_id = "show_malware_lists", tag = "scans",
    params(MalwareListsQuery),
    responses((status = 200, description = "An intelligence database", content_type = "application/octet-stream")))]
pub(super) async fn malware_lists(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MalwareListsQuery>,
) -> ApiResult<Response> {
    caller.permit()?;
    let none = || ApiError::not_found("list of known malware");
    let database = app.assurance.intelligence.database().ok_or_else(none)?;
    // A worker keeps them by this key: those of another would be taken for them from then on.
    if MalwareLists::key(&database).is_none_or(|key| key != query.key) {
        return Err(none());
    }
    let bytes = app.assurance.malware_lists.bytes(database).await?.ok_or_else(none)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// Keeps a job for longer. A refusal says that it is another's, or was cancelled: stop.
#[utoipa::path(post, path = "/scans/{id}/heartbeat", operation_id = "keep_scan", tag = "scans",
    params(("id" = String, Path, description = "The job")), request_body = Heartbeat,
    responses((status = 204, description = "It is held for its lease's seconds from now on")))]
pub(super) async fn heartbeat(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<Heartbeat>,
) -> ApiResult<StatusCode> {
    let (permit, until) = (caller.permit()?, clock::now() + i64::from(LEASE_SECONDS) * SECOND);
    let secret = secrets::hash(&request.lease);
    let kept = app.note(move |connection| stored::heartbeat(connection, &permit, &id, &secret, until).map(|_| ()));
    kept.await.map_err(lost)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes what came of a job.
#[utoipa::path(post, path = "/scans/{id}/answer", operation_id = "answer_scan", tag = "scans",
    params(("id" = String, Path, description = "The job")), request_body = JobAnswer,
    responses((status = 204, description = "It is taken, and the job is done")))]
pub(super) async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    ForeignBody(request): ForeignBody<JobAnswer>,
) -> ApiResult<StatusCode> {
    let permit = caller.permit()?;
    let (theirs, ours) = (secrets::hash(&request.lease), secrets::hash(&secrets::new("")));
    let (passing, from, to, until) = (permit.clone(), theirs.clone(), ours.clone(), clock::now() + ANSWER_WAIT);
    // From here on nobody else can answer, though the worker's lease runs out or it sends the answer again.
    let passed = app.note(move |connection| stored::pass_on(connection, &passing, &id, &from, &to, until));
    let job = passed.await.map_err(lost)?;
    let taking = Taking { app, permit, job, theirs, ours, actor: caller.actor };
    // In a task of its own, so that a worker that hangs up in between does not leave it half done.
    let taken = tokio::spawn(taking.take_in(request)).await;
    taken.map_err(|_| ApiError::new(ProblemCode::Defect, "The answer met a defect; the server's log says more."))??;
    Ok(StatusCode::NO_CONTENT)
}

/// An answer on its way in: the server holds the job.
struct Taking {
    app: App,
    permit: Permit,
    job: Job,
    /// The worker's lease.
    theirs: Vec<u8>,
    /// The server's.
    ours: Vec<u8>,
    actor: Actor,
}

impl Taking {
    async fn take_in(self, answer: JobAnswer) -> ApiResult<()> {
        let taken = self.apply(answer).await;
        match &taken {
            Ok(result) => {
                let result = result.to_string();
                let (permit, id, ours) = (self.permit.clone(), self.job.id.clone(), self.ours.clone());
                let now = clock::now();
                let done = self
                    .app
                    .note(move |connection| stored::finish(connection, &permit, &id, &ours, Some(&result), now));
                done.await.map_err(lost)?;
                tracing::info!(job.id = %self.job.id, job.kind = %self.job.kind, "a job is done");
                Ok(())
            }
            // The worker keeps the job and may send the same again.
            Err(error) if matches!(error.code, ProblemCode::Unavailable | ProblemCode::Timeout) => {
                let (permit, id) = (self.permit.clone(), self.job.id.clone());
                let (ours, theirs) = (self.ours.clone(), self.theirs.clone());
                let until = clock::now() + i64::from(LEASE_SECONDS) * SECOND;
                let back = self.app.note(move |connection| {
                    stored::pass_on(connection, &permit, &id, &ours, &theirs, until).map(|_| ())
                });
                back.await.map_err(lost)?;
                Err(error.clone())
            }
            Err(error) => {
                let problem = error.problem(None);
                let cause = Cause { code: problem.code, parameters: problem.parameters };
                let cause = cause.with("detail", problem.detail);
                end_badly(&self.app, &self.permit, &self.job, &self.ours, cause, Failed::ForGood).await?;
                Err(error.clone())
            }
        }
    }

    /// Does what the answer is for, and tells what is kept of it.
    async fn apply(&self, answer: JobAnswer) -> ApiResult<serde_json::Value> {
        let missing = |field| ApiError::invalid(field, "the answer to this job needs it");
        match jobs::work(&self.job)? {
            Work::Scan { repository, tag, digest } => {
                let index = answer.index.ok_or_else(|| missing("index"))?;
                let scanned = Scanned { index: index.get().as_bytes().to_vec(), indexes: answer.image_indexes };
                self.scanned(scanned, repository, tag, digest).await
            }
            Work::List { .. } => {
                let listing = answer.listing.ok_or_else(|| missing("listing"))?;
                if listing.tags.len() > MOST_LISTED_TAGS {
                    return Err(ApiError::invalid("listing", format!("it has more than {MOST_LISTED_TAGS} tags")));
                }
                let (tags, is_complete, problems) = (listing.tags.len(), listing.is_complete, listing.problems.clone());
                let enqueued = listing::take_in(&self.app, &self.job, listing, clock::now()).await?;
                Ok(serde_json::json!({
                    "tags": tags, "enqueued": enqueued, "is_complete": is_complete, "problems": problems
                }))
            }
            Work::Test { .. } => {
                let mut steps = answer.steps.ok_or_else(|| missing("steps"))?;
                // What the worker tried it with was exchanged before.
                if self.is_exchanged().await? {
                    steps.insert(0, TestStep { step: EXCHANGE.to_owned(), outcome: "ok".to_owned(), cause: None });
                }
                let is_ok = steps.iter().all(|step| step.outcome != "failed");
                Ok(serde_json::json!({ "is_ok": is_ok, "steps": steps }))
            }
            // They have no registry, and no worker is given one.
            Work::Export { .. } | Work::Bulk { .. } | Work::DryRun { .. } => Err(crate::assurance::defect()),
        }
    }

    async fn is_exchanged(&self) -> ApiResult<bool> {
        let (id, permit) = (self.job.registry_id.clone(), self.permit.clone());
        let registry = self.app.read(move |connection| registries::by_id(connection, &permit, &id)).await?;
        Ok(open_credential(&self.app, &registry).is_ok_and(|stored| stored.is_exchanged()))
    }

    async fn scanned(
        &self,
        Scanned { index, indexes }: Scanned,
        repository: String,
        tag: Option<String>,
        digest: Option<String>,
    ) -> ApiResult<serde_json::Value> {
        let image = digest_in(&index)?;
        let platforms = proven(&image, &indexes, digest.as_deref())?;
        let (id, permit) = (self.job.registry_id.clone(), self.permit.clone());
        let top = platforms.as_ref().map(|index| index.digest.clone());
        let known = digest.clone().or_else(|| top.clone()).unwrap_or_else(|| image.clone());
        if let Some(index) = platforms.clone() {
            let now = clock::now();
            let noted =
                self.app.note(move |connection| images::note_index(connection, &index.digest, &index.images, now));
            noted.await?;
        }
        let place = (id.clone(), repository.clone(), known.clone());
        let (asked_tag, is_by_name) = (tag.clone(), digest.is_none());
        let (registry, tags) = self
            .app
            .read(move |connection| {
                let registry = registries::by_id(connection, &permit, &place.0)?;
                let mut tags = BTreeSet::new();
                // The tags of an image of several platforms mean its index.
                for digest in images::indexes_of(connection, &place.2)?.into_iter().chain([place.2.clone()]) {
                    tags.extend(registries::tags_of(connection, &place.0, &place.1, &digest)?);
                }
                // A tag without digest was asked for by name. One with a digest may have moved on since; of a registry that nobody
                // lists it holds as long as it names another image of the same index.
                if let Some(tag) = &asked_tag
                    && (is_by_name
                        || !registries::has_tag(connection, &place.0, &place.1, tag)?
                            && images::is_of_tag(connection, &place.2, &registry.address, &place.1, tag)?)
                {
                    tags.insert(tag.clone());
                }
                Ok((registry, tags))
            })
            .await?;
        let names = if tags.is_empty() { vec![None] } else { tags.into_iter().map(Some).collect() };
        let reference = |tag| Reference { registry: registry.address.clone(), repository: repository.clone(), tag };
        let registration = Registration {
            references: names.into_iter().map(reference).collect(),
            source: Source::Registry { id: id.clone() },
            index,
            // A tag does not tell which image it leads to.
            may_be_another: digest.is_none(),
            platforms: None,
        };
        let registered = register(&self.app, &self.actor, registration).await?;
        let now = clock::now();
        let result = serde_json::json!({
            "repository": &repository, "digest": &registered.digest, "decision": registered.verdict.get("decision"),
        });
        let others = platforms.map(|index| index.images).unwrap_or_default();
        let others: Vec<NewJob> = others
            .into_iter()
            .filter(|other| other.digest != image)
            .map(|other| {
                let priority = Priority::of(self.job.priority);
                let other = (repository.as_str(), tag.as_deref(), Some(other.digest.as_str()));
                jobs::scan_job(&id, other, priority, &self.job.requested_by, now)
            })
            .collect();
        let has_others = !others.is_empty();
        self.app
            .note(move |connection| {
                for other in &others {
                    stored::enqueue(connection, other, now)?;
                }
                if let (Some(tag), None) = (&tag, &digest) {
                    let tag = registries::Tag {
                        repository: repository.clone(),
                        tag: tag.clone(),
                        digest: known.clone(),
                        built: None,
                    };
                    registries::note_tags(connection, &id, &[tag], now)?;
                }
                registries::note_scanned(connection, &id, &repository, &known, now)
            })
            .await?;
        if has_others {
            jobs::announce();
        }
        Ok(result)
    }
}

/// What came of the scan of an image.
struct Scanned {
    /// The index of what is in it.
    index: Vec<u8>,
    /// The documents of the image indexes through which it was found.
    indexes: Vec<String>,
}

/// That an image is what a job is about: it has the digest that the job names, or is one of those of the index that has it.
/// The index, where there is one.
fn proven(image: &str, indexes: &[String], asked: Option<&str>) -> ApiResult<Option<PlatformIndex>> {
    if asked == Some(image) || (asked.is_none() && indexes.is_empty()) {
        return Ok(None);
    }
    let index = PlatformIndex::read(indexes, asked)?;
    index.must_have(image)?;
    Ok(Some(index))
}

/// The digest of the image that an index tells.
fn digest_in(index: &[u8]) -> ApiResult<String> {
    #[derive(Deserialize)]
    struct Index {
        target: Target,
    }
    #[derive(Deserialize)]
    struct Target {
        digest: Option<String>,
    }
    let problem = |problem: String| ApiError::invalid("index", problem);
    let index: Index = serde_json::from_slice(index).map_err(|error| problem(error.to_string()))?;
    index.target.digest.ok_or_else(|| problem("its target has no digest".to_owned()))
}

/// Takes why a job could not be done: it is tried again later, or is dead.
#[utoipa::path(post, path = "/scans/{id}/fail", operation_id = "fail_scan", tag = "scans",
    params(("id" = String, Path, description = "The job")), request_body = JobFailure,
    responses((status = 204, description = "It is taken")))]
pub(super) async fn fail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<JobFailure>,
) -> ApiResult<StatusCode> {
    let permit = caller.permit()?;
    let how = match request.may_pass {
        true if request.code == "job.given_back" => Failed::GivenBack,
        true if is_silence(&request) => Failed::Silent { jitter: jobs::jitter() },
        true => Failed::MayPass { jitter: jobs::jitter() },
        false => Failed::ForGood,
    };
    let is_code = |code: &str| code.len() <= 100 && code.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c));
    if !is_code(&request.code) {
        return Err(ApiError::invalid("code", "use lower-case words with dots and underscores"));
    }
    let (secret, until) = (secrets::hash(&request.lease), clock::now() + ANSWER_WAIT);
    let (passing, ours) = (permit.clone(), secrets::hash(&secrets::new("")));
    let to = ours.clone();
    let passed = app.note(move |connection| stored::pass_on(connection, &passing, &id, &secret, &to, until));
    let job = passed.await.map_err(lost)?;
    // A short-lived credential may have been taken back before its time; another try gets another one.
    let how = match how {
        Failed::ForGood
            if REFUSALS.contains(&request.code.as_str()) && app.clouds.forget(&job.registry_id, clock::now()) =>
        {
            Failed::MayPass { jitter: jobs::jitter() }
        }
        how => how,
    };
    let cause = Cause { code: request.code, parameters: request.parameters };
    end_badly(&app, &permit, &job, &ours, cause, how).await?;
    if how == Failed::GivenBack {
        jobs::announce();
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the registry did not answer, or asked to be left alone: its other jobs would fare no better.
fn is_silence(failure: &JobFailure) -> bool {
    let status = failure.parameters.get("status").and_then(serde_json::Value::as_u64).unwrap_or_default();
    match failure.code.as_str() {
        "registry.unreachable" | "registry.timed_out" | "registry.unknown_host" | "registry.rate_limited" => true,
        "registry.status" => status >= 500,
        _ => false,
    }
}

async fn end_badly(app: &App, permit: &Permit, job: &Job, secret: &[u8], cause: Cause, how: Failed) -> ApiResult<Job> {
    let text = jobs::stored_cause(&cause);
    let (permit, job, secret, now) = (permit.clone(), job.clone(), secret.to_vec(), clock::now());
    let ended = app.note(move |connection| {
        // A listing that fails is told with its registry.
        if job.kind == "list" && how != Failed::GivenBack {
            registries::note_listing(connection, &job.registry_id, Listed::Not { failure: &text }, now)?;
        }
        stored::fail(connection, &permit, &job.id, &secret, &text, how, now)
    });
    let job = ended.await.map_err(lost)?;
    tracing::warn!(job.id = %job.id, job.kind = %job.kind, job.state = %job.state, code = %cause.code, "a job failed");
    Ok(job)
}

fn lost(error: StoreError) -> ApiError {
    match error {
        StoreError::Changed { .. } => {
            ApiError::new(ProblemCode::State, "The job is not held by this lease: it was cancelled, or another has it.")
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod exchange_tests;
#[cfg(test)]
mod tests;
