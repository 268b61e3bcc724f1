//! Registering an image: match → judge → store → notify, the server's one main line.
//!
//! What a worker or a pipeline sends is the index of an image: a report without vulnerabilities. Whatever follows from the
//! intelligence and the policies is found here, and can be found again at any time without the image.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::ProblemCode;
use intelligence::Database;
use model::ScanReport;
use policy::access::{self, Action, Area, Permission, Permit, Principal, Reach};
use store::audit::{self, Actor, AuditEntry};
use store::images::{self, Evaluation, ImageName, NewImage, PlatformImage};
use store::jobs::Priority;
use store::verdicts::{self, StoredVerdict};
use store::{Connection, StoreError, approvals, evaluation, registries};

use crate::app::App;
use crate::assurance::asked;
use crate::assurance::index::{self, Index};
use crate::assurance::intelligence_file::fingerprint;
use crate::assurance::judging::{self, Question};
use crate::assurance::rules::Rules;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::guard::entry;
use crate::jobs;
use crate::registries::platforms::PlatformIndex;
use crate::uses;

/// An image that somebody has indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registration {
    /// The names under which it is known, each with the digest above.
    pub(crate) references: Vec<Reference>,
    /// Where the index is from.
    pub(crate) source: Source,
    /// The index: a `bulkhead.report/1` document, JSON.
    pub(crate) index: Vec<u8>,
    /// Whether whoever indexed may have been led to another image than was asked for: it then replaces nothing that is known
    /// of an image of other repositories.
    pub(crate) may_be_another: bool,
    /// The index of several platforms through which a pipeline found it.
    pub(crate) platforms: Option<PlatformIndex>,
}

/// A name of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    /// The host of the registry, as in image names: `docker.io`, `registry.example:5000`.
    pub(crate) registry: String,
    /// The repository: `library/alpine`.
    pub(crate) repository: String,
    /// The tag; none where it is known by digest alone.
    pub(crate) tag: Option<String>,
}

/// Where an index is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A scan of a registry, by the registry's id.
    Registry {
        /// The registry.
        id: String,
    },
    /// A pipeline.
    Pipeline {
        /// The code repository, commit, and address of the build, each where it is known.
        repository: Option<String>,
        /// The commit.
        commit: Option<String>,
        /// The address of the build.
        build: Option<String>,
    },
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered {
    /// The digest of the image.
    pub(crate) digest: String,
    /// The verdict object, as JSON.
    pub(crate) verdict: serde_json::Value,
}

/// Registers an image that the installation's own worker indexed.
pub(crate) async fn register(app: &App, actor: &Actor, registration: Registration) -> ApiResult<Registered> {
    let permit = access::permit(&Principal::server(), Permission::new(Area::Images, Action::Write))?;
    register_within(app, actor, &permit, registration).await
}

/// How often a registration is judged anew because its rules changed meanwhile.
const MOST_TRIES: usize = 5;

/// Registers an image within what somebody may register. The same index under the same names again changes nothing.
pub(crate) async fn register_within(
    app: &App,
    actor: &Actor,
    permit: &Permit,
    registration: Registration,
) -> ApiResult<Registered> {
    let database = app.assurance.intelligence.database();
    let (registration, index) = {
        let database = database.clone();
        app.assurance
            .work(move || {
                let index = index::read(&registration, database.as_deref());
                (registration, index)
            })
            .await?
    };
    let index = index?;
    let platforms = registration.platforms.clone().map(Arc::new);
    if let Some(platforms) = &platforms {
        platforms.must_have(&index.image.digest)?;
    }
    let known = known(app, &index, fingerprint(database.as_deref())).await?;
    // Whoever holds the same index has nothing to gain by it; with another, somebody else's image would be replaced, or
    // told to them.
    if let (Some(known), Reach::Scopes(_)) = (&known, permit.reach())
        && known.hash != index.image.index_hash
        && !reaches(app, permit, &index.image.digest).await?
    {
        return Err(beyond(permit));
    }
    let reaches_all_names = reaches_all_names(app, permit, &index.image.digest).await?;
    let index = match &known {
        // A pipeline cannot replace what the installation's own scan found: it adds names. Neither can a worker replace
        // what is known of an image elsewhere than where it was sent, nor anybody what others are judged by, too.
        Some(known)
            if known.hash != index.image.index_hash
                && (known.source_rank > index.image.source_rank
                    || !reaches_all_names
                    || registration.may_be_another && !known.is_only_in_repositories_of(&index.names)) =>
        {
            outranked(app, registration, &index, known).await?
        }
        _ => index,
    };
    if let Some(known) = &known
        && known.is_settled
        && known.hash == index.image.index_hash
        && index.names.iter().all(|name| known.current.contains(name))
        && platforms.as_ref().is_none_or(|platforms| known.indexes.contains(&platforms.digest))
        && let Some(verdict) = current(app, permit, &index.image.digest).await?
    {
        if known.is_seen_due {
            uses::note(app, [index.image.digest.clone()]);
        }
        let verdict = asked::told(app, permit, verdict).await?;
        let verdict = with_index(app, permit, verdict, platforms).await?;
        return Ok(Registered { digest: index.image.digest, verdict });
    }
    let mut names = index.names.clone();
    names.extend(known.into_iter().flat_map(|known| known.names));
    let Index { mut report, image, names: given } = index;
    index::call(&mut report, &names);
    let image = Arc::new(image);
    if let Reach::Scopes(scopes) = permit.reach() {
        let rules = Rules::read_kept(app, clock::now()).await?;
        let is_within = |name: &ImageName| {
            let attributes = judging::attributes([name], &image.labels, &image.digest, &image.os, &image.platform);
            !rules.scopes.that_take_in(&attributes).is_disjoint(scopes)
        };
        // Each name by itself: one of another application would move its tag.
        if !given.iter().all(is_within) {
            return Err(beyond(permit));
        }
    }
    let digest = image.digest.clone();
    for _ in 0..MOST_TRIES {
        let evaluation = judge(app, &report, &names, &digest, database.clone()).await?;
        if let Reach::Scopes(scopes) = permit.reach()
            && !scopes.iter().any(|scope| evaluation.scopes.contains_key(scope))
        {
            return Err(beyond(permit));
        }
        let (image, given) = (Arc::clone(&image), given.clone());
        if let Some(verdict_id) = write(app, actor, permit, image, given, evaluation, platforms.clone()).await? {
            let verdict = app.read(move |connection| verdicts::by_id(connection, &verdict_id)).await?;
            let verdict = asked::told(app, permit, verdict).await?;
            let verdict = with_index(app, permit, verdict, platforms).await?;
            return Ok(Registered { digest, verdict });
        }
    }
    let detail = "Policies or exceptions change all the time; the image was not registered. Try again later.";
    Err(ApiError::new(ProblemCode::Unavailable, detail).retry_after(1))
}

/// Whether a permit reaches an image that the store has.
async fn reaches(app: &App, permit: &Permit, digest: &str) -> ApiResult<bool> {
    let (permit, digest) = (permit.clone(), digest.to_owned());
    let found = app.read(move |connection| match images::id_of_digest(connection, &permit, &digest) {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    });
    Ok(found.await?)
}

/// Whether a permit reaches every name of an image; one that is not there has none.
async fn reaches_all_names(app: &App, permit: &Permit, digest: &str) -> ApiResult<bool> {
    if permit.covers_everything() {
        return Ok(true);
    }
    let (permit, digest) = (permit.clone(), digest.to_owned());
    let found = app.read(move |connection| match images::id_of_digest(connection, &permit, &digest) {
        Ok(id) => Ok(images::known_names(connection, &permit, id)?.is_whole),
        Err(StoreError::NotFound { .. }) => Ok(true),
        Err(error) => Err(error),
    });
    Ok(found.await?)
}

fn beyond(permit: &Permit) -> ApiError {
    let detail =
        "The image, or a name of it, belongs to none of the application scopes that you may register images of.";
    ApiError::new(ProblemCode::Forbidden, detail).with("permission", permit.permission().to_string())
}

/// What the store has of an image.
struct Known {
    hash: Vec<u8>,
    length: i64,
    body: Vec<u8>,
    source: String,
    source_rank: i64,
    names: BTreeSet<ImageName>,
    /// The names that hold: tags that have moved on are not among them.
    current: BTreeSet<ImageName>,
    /// The digests of the indexes of several platforms that stand for it.
    indexes: BTreeSet<String>,
    /// Whether all images are judged by all that holds.
    is_settled: bool,
    /// Whether its use was not noted today.
    is_seen_due: bool,
}

impl Known {
    /// Whether it has no name in another repository than these names are of.
    fn is_only_in_repositories_of(&self, names: &BTreeSet<ImageName>) -> bool {
        let place = |name: &ImageName| (name.registry.clone(), name.repository.clone());
        let places: BTreeSet<_> = names.iter().map(place).collect();
        self.names.iter().all(|name| places.contains(&place(name)))
    }
}

async fn known(app: &App, index: &Index, intelligence: String) -> ApiResult<Option<Known>> {
    let digest = index.image.digest.clone();
    let server = access::permit(&Principal::server(), Permission::new(Area::Images, Action::Read))?;
    let now = clock::now();
    let known = app.read(move |connection| {
        let image = match images::by_digest(connection, &server, &digest) {
            Ok(image) => image,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (hash, length, body) = images::index(connection, image.id)?;
        let named = images::names(connection, image.id)?;
        let current = named.iter().filter(|named| named.is_current).map(|named| named.name.clone());
        let progress = evaluation::progress(connection)?;
        Ok(Some(Known {
            hash,
            length,
            body,
            source: image.source,
            source_rank: image.source_rank,
            current: current.collect(),
            names: named.into_iter().map(|named| named.name).collect(),
            indexes: images::indexes_of(connection, &digest)?.into_iter().collect(),
            is_seen_due: images::is_seen_due(connection, &digest, now)?,
            is_settled: progress.wanted == progress.done
                && progress.intelligence == intelligence
                && evaluation::queued(connection, 1)?.is_empty(),
        }))
    });
    Ok(known.await?)
}

/// The registration with the index that is kept.
async fn outranked(app: &App, registration: Registration, index: &Index, known: &Known) -> ApiResult<Index> {
    let database = app.assurance.intelligence.database();
    let (body, length) = (known.body.clone(), usize::try_from(known.length).unwrap_or_default());
    let names = index.names.clone();
    let kept = app.assurance.work(move || {
        let kept = zstd::bulk::decompress(&body, length).map_err(|_| crate::assurance::defect())?;
        index::read(&Registration { index: kept, ..registration }, database.as_deref())
    });
    let mut kept = kept.await??;
    kept.names = names;
    (kept.image.source, kept.image.source_rank) = (known.source.clone(), known.source_rank);
    Ok(kept)
}

async fn current(app: &App, permit: &Permit, digest: &str) -> ApiResult<Option<StoredVerdict>> {
    let (permit, digest) = (permit.clone(), digest.to_owned());
    Ok(app.read(move |connection| verdicts::current(connection, &permit, &digest)).await?)
}

/// Judges by all that holds.
async fn judge(
    app: &App,
    report: &ScanReport,
    names: &BTreeSet<ImageName>,
    digest: &str,
    database: Option<Arc<Database>>,
) -> ApiResult<Evaluation> {
    let now = clock::now();
    let rules = Rules::read_kept(app, now).await?;
    let (asked, own) = (names.clone(), digest.to_owned());
    let approvals = app.read(move |connection| approvals::of_names(connection, &own, &asked)).await?;
    let (mut report, names, rego) = (report.clone(), names.clone(), Arc::clone(&app.assurance.rego));
    let judging_by = Arc::clone(&rules);
    let evaluation = app.assurance.judge(&judging_by, move || {
        let question = Question {
            rules: &rules,
            database: database.as_deref(),
            names: &names,
            approvals: &approvals,
            rego: &rego,
            now,
            cause: "registered",
        };
        judging::evaluate(&mut report, &question)
    });
    evaluation.await
}

/// Writes all of it in one transaction; nothing where the rules have changed meanwhile.
async fn write(
    app: &App,
    actor: &Actor,
    permit: &Permit,
    image: Arc<NewImage>,
    names: BTreeSet<ImageName>,
    evaluation: Evaluation,
    platforms: Option<Arc<PlatformIndex>>,
) -> ApiResult<Option<String>> {
    let now = clock::now();
    let name = names.first().map_or_else(|| image.digest.clone(), |name| name.text(&image.digest));
    let mut record = entry(actor.clone(), now, "image.register", "image", &image.digest, &name);
    let texts: Vec<String> = names.iter().map(|name| name.text(&image.digest)).collect();
    record.after = Some(serde_json::json!({ "names": texts, "source": image.source }));
    let (permit, by, has_platforms) = (permit.clone(), actor.name.clone(), platforms.is_some());
    let written = app.change(move |connection| {
        if let Some(platforms) = &platforms {
            // Before its names: the tags of an index name all of its images at once.
            images::note_index(connection, &platforms.digest, &platforms.images, now)?;
        }
        let registered = images::register(connection, &permit, &image, &names, &evaluation, now)?;
        if let images::Registered::Done { is_new, names, denial, .. } = &registered {
            if *is_new || names.is_changed {
                // Which images the tags named before: a tag may move back to one that is known.
                let before = (!names.moved.is_empty()).then(|| serde_json::json!({ "tags": names.moved }));
                audit::append(connection, &AuditEntry { before, ..record.clone() })?;
            }
            if let Some(denial) = denial {
                audit::append(connection, denial)?;
            }
        }
        if let (Some(platforms), images::Registered::Done { .. }) = (&platforms, &registered) {
            scan_others(connection, platforms, &names, &by, now)?;
        }
        Ok(registered)
    });
    match written.await? {
        images::Registered::Done { verdict_id, .. } => {
            if has_platforms {
                jobs::announce();
            }
            Ok(Some(verdict_id))
        }
        images::Registered::Outdated => Ok(None),
    }
}

/// Has those images of an index scanned that nobody has registered, where one of these names is in a registry that is scanned.
fn scan_others(
    connection: &mut Connection,
    platforms: &PlatformIndex,
    names: &BTreeSet<ImageName>,
    by: &str,
    now: i64,
) -> Result<(), StoreError> {
    let permit = jobs::own_permit(Permission::new(Area::Registries, Action::Read));
    for name in names {
        let Some(registry) = registries::scanned_at(connection, &permit, &name.registry)? else { continue };
        let permit = jobs::own_permit(Permission::new(Area::Images, Action::Read));
        for other in unregistered(connection, &permit, platforms)? {
            let tag = Some(name.tag.as_str()).filter(|tag| !tag.is_empty());
            let image = (name.repository.as_str(), tag, Some(other.digest.as_str()));
            let job = jobs::scan_job(&registry, image, Priority::Webhook, by, now);
            store::jobs::enqueue(connection, &job, now)?;
        }
        // One repository has all of them.
        break;
    }
    Ok(())
}

/// The images of an index that are not registered, as far as a permit tells.
fn unregistered<'a>(
    connection: &mut Connection,
    permit: &Permit,
    platforms: &'a PlatformIndex,
) -> Result<Vec<&'a PlatformImage>, StoreError> {
    let mut missing = Vec::new();
    for image in &platforms.images {
        match images::id_of_digest(connection, permit, &image.digest) {
            Ok(_) => {}
            Err(StoreError::NotFound { .. }) => missing.push(image),
            Err(error) => return Err(error),
        }
    }
    Ok(missing)
}

/// Says with the verdict on an image which images of its index are not registered: until they are, the index is denied.
async fn with_index(
    app: &App,
    permit: &Permit,
    mut verdict: serde_json::Value,
    platforms: Option<Arc<PlatformIndex>>,
) -> ApiResult<serde_json::Value> {
    let Some(platforms) = platforms else { return Ok(verdict) };
    let permit = permit.clone();
    let told = app.read(move |connection| {
        let missing = unregistered(connection, &permit, &platforms)?;
        let told = |image: &PlatformImage| serde_json::json!({ "platform": image.platform, "digest": image.digest });
        let missing: Vec<serde_json::Value> = missing.into_iter().map(told).collect();
        Ok(serde_json::json!({ "digest": platforms.digest, "unregistered": missing }))
    });
    verdict["index"] = told.await?;
    Ok(verdict)
}
