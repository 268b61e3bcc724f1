//! Evaluation of stored images without anybody asking: in small steps, each written before the next begins, so that another
//! server or the next start goes on where this one stopped.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use intelligence::{Changes, Database};
use model::ScanReport;
use policy::Policy;
use policy::access::{self, Action, Area, Permission, Permit, Principal};
use store::images::{self, Evaluation, ImageName, KnownNames, StoredIndex, Subject};
use store::{Connection, Lane, StoreError, approvals, audit, evaluation, exceptions};

use super::intelligence_file::fingerprint;
use super::judging::{self, Question};
use super::rego::Owed;
use super::rules::{Rules, Scopes};
use super::{concerned, defect, index, shared_intelligence};
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::ApiResult;
use crate::installation::Installation;

/// How many images are judged in one step, which is one commit.
const STEP: usize = if cfg!(test) { 32 } else { 64 };

/// How many of them one thread reads and judges after another.
const TOGETHER: usize = 4;

/// How many images are judged before it is looked whether something else comes first, unless they take too long.
const AHEAD: u32 = if cfg!(test) { 64 } else { 1024 };

/// After so long it is looked in any case: the lease has to be prolonged.
const LONGEST_RUN: Duration = Duration::from_secs(10);

/// How many images a step looks at to find those of a scope.
const SCOPE_STEP: u32 = 500;

/// How long nothing is asked where nothing is to be done.
const PAUSE: Duration = Duration::from_secs(2);

/// How long a server that does not answer keeps the work from others.
const LEASE: i64 = 60 * SECOND;

/// Images are judged anew after so long, because time alone changes verdicts: ages of vulnerabilities, ends of support.
const DAY: i64 = 24 * 3600 * SECOND;

/// With more packages than these it is cheaper to go through all images.
#[cfg(not(test))]
const MOST_PACKAGES: usize = 5000;
#[cfg(test)]
pub(super) const MOST_PACKAGES: usize = 8;

/// Works for as long as the server does.
pub(crate) async fn run(app: App, draining: daemon::Draining) {
    let owner = crate::ids::new(clock::now());
    while !draining.has_begun() {
        match step(&app, &owner).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(problem = ?error, "stored images could not be judged; it is tried again"),
        }
        let _ = tokio::time::timeout(PAUSE, app.assurance.bell.notified()).await;
    }
}

/// Does one step; `false` where there is nothing to do.
pub(crate) async fn step(app: &App, owner: &str) -> ApiResult<bool> {
    let now = clock::now();
    let shared = app.clone();
    let look = tokio::task::spawn_blocking(move || shared.assurance.intelligence.look());
    look.await.map_err(|_| defect())?;
    note_rested(app).await?;
    if shared_intelligence::is_behind(app).await? {
        return Ok(false);
    }
    let own = owner.to_owned();
    let is_mine = app.read(move |connection| evaluation::has_lease(connection, &own, now + LEASE / 2)).await?;
    let own = owner.to_owned();
    if !is_mine && !app.note(move |connection| evaluation::lease(connection, &own, now, now + LEASE)).await? {
        return Ok(false);
    }
    if !note_intelligence(app, owner).await? {
        return Ok(false);
    }
    note_time(app, now).await?;
    if find_scope(app).await? || judge_queued(app, owner, now).await? {
        return Ok(true);
    }
    judge_next(app, owner, now).await
}

/// Has the images judged again that this server judged without a check that rested.
async fn note_rested(app: &App) -> ApiResult<()> {
    let Some(owed) = app.assurance.rego.due() else { return Ok(()) };
    let own = owed.clone();
    let noted = app.note(move |connection| match &own {
        Owed::Images(digests) => {
            digests.iter().try_for_each(|digest| evaluation::queue_digest(connection, digest, "check"))
        }
        Owed::All => evaluation::want(connection, "check"),
    });
    noted.await.inspect_err(|_| app.assurance.rego.give_back(owed))?;
    Ok(())
}

/// Finds out what another intelligence changes. `false` where another server has gone on meanwhile, which may judge by
/// something else by now.
pub(super) async fn note_intelligence(app: &App, owner: &str) -> ApiResult<bool> {
    let database = app.assurance.intelligence.database();
    let own = fingerprint(database.as_deref());
    let progress = app.read(evaluation::progress).await?;
    if progress.intelligence == own {
        app.assurance.keep_judged_by(database);
        return Ok(true);
    }
    let former = app.assurance.judged_by().filter(|former| progress.intelligence == fingerprint(Some(former)));
    let compared = match (former, &database) {
        (Some(former), Some(database)) => {
            let database = Arc::clone(database);
            let compare = move || {
                let (changes, lists) = (database.changes_since(&former), database.has_other_malware_lists(&former));
                (former, database, changes, lists)
            };
            Some(app.assurance.work(compare).await?)
        }
        _ => None,
    };
    let (owner, compared_with) = (owner.to_owned(), progress.intelligence);
    let noted = app.note(move |connection| {
        let holds = evaluation::holds_lease(connection, &owner)?;
        if !holds || evaluation::progress(connection)?.intelligence != compared_with {
            return Ok(false);
        }
        // Before it is looked who has what: whoever registers an image meanwhile waits for this, and queues it.
        evaluation::note_intelligence(connection, &own)?;
        match &compared {
            Some((former, database, Changes::Packages(changed), lists)) if changed.len() <= MOST_PACKAGES => {
                concerned::queue(connection, former, database, changed)?;
                // Nobody knows which images have a file by its hash. The others need not wait for this.
                if *lists {
                    evaluation::want(connection, "intelligence")?;
                }
            }
            _ => evaluation::want(connection, "intelligence")?,
        }
        Ok(true)
    });
    let is_noted = noted.await?;
    if is_noted {
        app.assurance.keep_judged_by(database);
    }
    Ok(is_noted)
}

/// Sees to what time alone brings: ends of exceptions, and the daily pass.
async fn note_time(app: &App, now: i64) -> ApiResult<()> {
    let own = app.clone();
    let (reminder, has_ending, progress) = app
        .read(move |connection| {
            let reminder = Installation::read(connection, &own.config)?.reminder;
            let has_ending = exceptions::has_ending(connection, now, now + reminder)?;
            Ok((reminder, has_ending, evaluation::progress(connection)?))
        })
        .await?;
    if has_ending {
        app.note(move |connection| exceptions::end(connection, now, now + reminder)).await?;
    }
    if progress.wanted == progress.done && progress.finished + DAY <= now {
        app.note(|connection| evaluation::want(connection, "time")).await?;
    }
    Ok(())
}

/// Finds the next images of a scope that is new or has changed.
async fn find_scope(app: &App) -> ApiResult<bool> {
    let Some((id, version, cursor)) = app.read(evaluation::unmarked_scopes).await?.into_iter().next() else {
        return Ok(false);
    };
    let permit = reader()?;
    let own = id.clone();
    let (definition, subjects) = app
        .read(move |connection| {
            let scope = store::rights::scope_by_id(connection, &own)?;
            Ok((scope.definition, images::subjects(connection, &permit, cursor, SCOPE_STEP)?))
        })
        .await?;
    let scope = Scopes::one(&id, &definition);
    let step: Vec<(i64, Option<BTreeSet<ImageName>>)> = subjects
        .iter()
        .map(|Subject { id: image, digest, os, platform, names, labels }| {
            let called =
                |names: &[&ImageName]| judging::attributes(names.iter().copied(), labels, digest, os, platform);
            (*image, scope.members(names, called).remove(&id))
        })
        .collect();
    let is_done = step.is_empty();
    let cursor = step.last().map_or(cursor, |(id, _)| *id);
    let marked = app.note(move |connection| evaluation::mark_scope(connection, &id, version, &step, cursor, is_done));
    match marked.await {
        Ok(()) | Err(StoreError::Changed { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Judges the next images of the queue.
async fn judge_queued(app: &App, owner: &str, now: i64) -> ApiResult<bool> {
    let queued = app.read(|connection| evaluation::queued(connection, AHEAD)).await?;
    if queued.is_empty() {
        return Ok(false);
    }
    let images = queued.iter().map(|queued| (queued.image_id, queued.digest.clone(), queued.cause.clone())).collect();
    let steps = judge_in_steps(app, owner, images, now, move |connection, step| {
        queued[step].iter().try_for_each(|queued| evaluation::dequeue(connection, queued))
    });
    steps.await
}

/// Judges the next images of a pass, or begins one where it is wanted.
async fn judge_next(app: &App, owner: &str, now: i64) -> ApiResult<bool> {
    let progress = app.read(evaluation::progress).await?;
    if progress.running == progress.done {
        if progress.wanted == progress.done {
            return Ok(false);
        }
        app.note(evaluation::begin).await?;
        return Ok(true);
    }
    let permit = reader()?;
    let cursor = progress.cursor;
    let next = app.read(move |connection| images::next_ids(connection, &permit, cursor, AHEAD)).await?;
    if next.is_empty() {
        app.note(move |connection| evaluation::finish(connection, now)).await?;
        return Ok(true);
    }
    let cause = progress.cause;
    let images = next.iter().map(|(id, digest)| (*id, digest.clone(), cause.clone())).collect();
    let steps = judge_in_steps(app, owner, images, now, move |connection, step| match next[step].last() {
        Some((last, _)) => evaluation::advance(connection, *last),
        None => Ok(()),
    });
    steps.await
}

/// Judges images step by step: while one step is written, the next is judged. `note` notes in the transaction of a step that
/// these of the images are done. `false` where another server has gone on meanwhile, perhaps by something newer.
async fn judge_in_steps(
    app: &App,
    owner: &str,
    images: Vec<(i64, String, String)>,
    now: i64,
    note: impl Fn(&mut Connection, Range<usize>) -> Result<(), StoreError> + Send + Sync + 'static,
) -> ApiResult<bool> {
    let note = Arc::new(note);
    let began = Instant::now();
    let mut judged: Option<(Range<usize>, Vec<Judged>)> = None;
    let mut from = 0;
    loop {
        let to = images.len().min(from + STEP);
        let is_over = began.elapsed() >= LONGEST_RUN;
        let next = async {
            match images.get(from..to).filter(|step| !step.is_empty() && !is_over) {
                Some(step) => judge(app, step.to_vec(), now).await.map(Some),
                None => Ok(None),
            }
        };
        let written = async {
            match judged.take() {
                Some((step, judged)) => write_step(app, owner, judged, step, now, Arc::clone(&note)).await,
                None => Ok(true),
            }
        };
        // What was judged is written, whatever became of the next.
        let (next, written) = tokio::join!(next, written);
        if !written? {
            return Ok(false);
        }
        match next? {
            Some(next) => judged = Some((from..to, next)),
            None => return Ok(true),
        }
        from = to;
    }
}

/// Writes a step, for as long as this server has the lease.
async fn write_step(
    app: &App,
    owner: &str,
    judged: Vec<Judged>,
    step: Range<usize>,
    now: i64,
    note: Arc<impl Fn(&mut Connection, Range<usize>) -> Result<(), StoreError> + Send + Sync + 'static>,
) -> ApiResult<bool> {
    let (owner, lane) = (owner.to_owned(), lane_of(&judged));
    let written = app.store.write(lane, move |connection| {
        if !evaluation::holds_lease(connection, &owner)? {
            return Ok(false);
        }
        write(connection, &judged, now)?;
        note(connection, step.clone())?;
        Ok(true)
    });
    Ok(written.await?)
}

/// An image that was judged, and the index that it was judged by.
pub(crate) struct Judged {
    pub(crate) id: i64,
    pub(crate) hash: Vec<u8>,
    /// Whether it was denied before.
    was_denied: bool,
    pub(crate) evaluation: Evaluation,
}

/// Which writer takes what was judged: the one of the audit trail where an image comes to be denied that is to be recorded.
fn lane_of(judged: &[Judged]) -> Lane {
    match judged.iter().any(|judged| !judged.was_denied && judged.evaluation.verdict.is_recorded()) {
        true => Lane::Audited,
        false => Lane::Beside,
    }
}

/// Judges images by all that holds.
async fn judge(app: &App, images: Vec<(i64, String, String)>, now: i64) -> ApiResult<Vec<Judged>> {
    let rules = Rules::read_kept(app, now).await?;
    judge_all(app, &rules, images, now, Told::Changed).await
}

/// Judges images by rules that may be others than those that hold.
pub(crate) async fn judge_by(
    app: &App,
    rules: &Arc<Rules>,
    images: Vec<(i64, String, String)>,
    now: i64,
) -> ApiResult<Vec<Judged>> {
    judge_all(app, rules, images, now, Told::All).await
}

/// Which verdict objects are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    /// Those that say something else than the one that the image has: most images say the same, and nothing is written then.
    Changed,
}

async fn judge_all(
    app: &App,
    rules: &Arc<Rules>,
    images: Vec<(i64, String, String)>,
    now: i64,
    told: Told,
) -> ApiResult<Vec<Judged>> {
    let database = app.assurance.intelligence.database();
    // Checks that somebody has written take as long as they do: one image does not wait for another's.
    let together = if rules.policies.iter().any(Policy::has_custom_checks) { 1 } else { TOGETHER };
    let work = images.chunks(together).map(|images| {
        let (rules, database, images) = (Arc::clone(rules), database.clone(), Arc::new(images.to_vec()));
        async move {
            let own = Arc::clone(&images);
            let read = move |connection: &mut Connection| {
                let one = |(id, digest, _): &(i64, String, String)| match stored(connection, *id, digest) {
                    Ok(stored) => Ok(Some(stored)),
                    // Somebody removed it meanwhile.
                    Err(StoreError::NotFound { .. }) => Ok(None),
                    Err(error) => Err(error),
                };
                own.iter().map(one).collect::<Result<Vec<_>, StoreError>>()
            };
            let read = app.read(read).await?;
            let (rego, judging_by) = (Arc::clone(&app.assurance.rego), Arc::clone(&rules));
            let judged = app.assurance.judge(&judging_by, move || {
                let images = images.iter().zip(read).filter_map(|(image, stored)| Some((image, stored?)));
                let judge_one = |((id, digest, cause), stored): (&(i64, String, String), Stored)| {
                    let Stored { index, names, approvals, .. } = stored;
                    let evaluation = contain(digest, || {
                        let mut report = index::read_stored(&index.body, index.length, &names, database.as_deref())?;
                        let question = Question {
                            rules: &rules,
                            database: database.as_deref(),
                            names: &names,
                            approvals: &approvals,
                            rego: &rego,
                            now,
                            cause,
                        };
                        Ok(match told {
                            Told::All => judging::evaluate(&mut report, &question),
                            Told::Changed => judging::evaluate_again(&mut report, &question, &index.verdict_hash),
                        })
                    })?;
                    Some(Judged { id: *id, hash: index.hash, was_denied: index.is_denied, evaluation })
                };
                images.filter_map(judge_one).collect::<Vec<_>>()
            });
            judged.await
        }
    });
    let judged: ApiResult<Vec<Vec<Judged>>> = futures_util::future::join_all(work).await.into_iter().collect();
    Ok(judged?.into_iter().flatten().collect())
}

/// Judges one image. One that cannot be judged, by whatever defect, must not keep the others from it.
fn contain(digest: &str, judge: impl FnOnce() -> ApiResult<Evaluation>) -> Option<Evaluation> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(judge)) {
        Ok(Ok(evaluation)) => Some(evaluation),
        Ok(Err(_)) | Err(_) => {
            tracing::error!(image.digest = %digest, "a stored image cannot be judged; its verdict stays as it was");
            None
        }
    }
}

/// What is needed of a stored image to judge it.
pub(crate) struct Stored {
    pub(crate) index: StoredIndex,
    pub(crate) names: BTreeSet<ImageName>,
    pub(crate) approvals: Vec<(String, bool)>,
    /// Whether these are all of its names.
    pub(crate) is_whole: bool,
}

pub(crate) fn stored(connection: &mut Connection, id: i64, digest: &str) -> Result<Stored, StoreError> {
    let known = KnownNames { names: images::names(connection, id)?, is_whole: true };
    stored_by(connection, id, digest, known)
}

/// The same by the names that a permit reaches.
pub(crate) fn stored_within(
    connection: &mut Connection,
    permit: &Permit,
    id: i64,
    digest: &str,
) -> Result<Stored, StoreError> {
    let known = images::known_names(connection, permit, id)?;
    stored_by(connection, id, digest, known)
}

fn stored_by(connection: &mut Connection, id: i64, digest: &str, known: KnownNames) -> Result<Stored, StoreError> {
    let index = images::stored_index(connection, id)?;
    let KnownNames { names, is_whole } = known;
    let names: BTreeSet<ImageName> = names.into_iter().map(|named| named.name).collect();
    let approvals = approvals::of_names(connection, digest, &names)?;
    Ok(Stored { index, names, approvals, is_whole })
}

impl Stored {
    /// The report that is matched and judged. What whoever indexed the image called it is left out where not all of its names
    /// are known.
    pub(crate) fn report(&self, database: Option<&Database>) -> ApiResult<ScanReport> {
        let mut report = index::read_stored(&self.index.body, self.index.length, &self.names, database)?;
        if !self.is_whole {
            if let Some(image) = &mut report.inventory.image {
                image.names.clear();
            }
            if self.names.is_empty() {
                report.target.name = report.target.digest.as_ref().map(ToString::to_string).unwrap_or_default();
            }
        }
        Ok(report)
    }
}

/// Writes what changed, and records who came to be denied. An image that was registered with another index meanwhile was
/// judged by that; one that has come to another verdict or name meanwhile is judged once more.
fn write(connection: &mut Connection, judged: &[Judged], now: i64) -> Result<(), StoreError> {
    for Judged { id, hash, evaluation: judged, .. } in judged {
        match images::evaluate_index(connection, *id, hash, judged, now) {
            Ok(evaluated) => {
                if let Some(denial) = evaluated.and_then(|evaluated| evaluated.denial) {
                    audit::append(connection, &denial)?;
                }
            }
            Err(StoreError::Changed { .. }) => evaluation::queue(connection, *id, &judged.verdict.cause)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn reader() -> ApiResult<Permit> {
    Ok(access::permit(&Principal::server(), Permission::new(Area::Images, Action::Read))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, Known, SEVERE, digest};
    use crate::testing::TestServer;

    const OLD: Known<'_> = ("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH");

    /// The hash of the verdict on the first image, and the length of its object.
    fn held(server: &TestServer) -> (Vec<u8>, i64) {
        let sql = "SELECT v.hash, length(v.body) FROM images i JOIN verdicts v ON v.id = i.verdict_id WHERE i.id = 1";
        let row = server.app.store.read_blocking(move |connection| connection.row(sql, &[])).unwrap().unwrap();
        (row.bytes(0), row.integer(1))
    }

    #[test]
    fn an_image_that_came_to_another_verdict_while_it_was_judged_is_judged_once_more() {
        for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
            sample::intelligence(&server, &[OLD]);
            server.catch_up();
            let who = server.token("images.read,images.write,verdicts.read,findings.read,policies.read,policies.write");
            server.policy(&who, SEVERE);
            server.register(&who, &sample::index(1, "shop/a:1", &[("left-pad", "1.0.0")])).expect(200);
            server.catch_up();
            let (hash, length) = held(&server);
            let now = clock::now();
            let images = || vec![(1, digest(1), "policy".to_owned())];
            let judged = server.run(judge(&server.app, images(), now)).unwrap();
            assert_eq!(judged[0].evaluation.verdict.hash, hash);
            assert!(judged[0].evaluation.verdict.body.is_empty(), "it says the same");
            let rules = Arc::new(server.run(Rules::read(&server.app, now)).unwrap());
            let whole = server.run(judge_by(&server.app, &rules, images(), now)).unwrap();
            assert_eq!(i64::try_from(whole[0].evaluation.verdict.body.len()).unwrap(), length);
            let told = |judged: &[Judged]| {
                let Evaluation { counts, findings, findings_hash, .. } = &judged[0].evaluation;
                (*counts, findings.clone(), findings_hash.clone())
            };
            assert_eq!(told(&judged), told(&whole));
            let queued = server.app.store.write_blocking(Lane::Beside, move |connection| {
                write(connection, &judged, now)?;
                let before = evaluation::queued(connection, 10)?.len();
                connection.execute("UPDATE verdicts SET hash = $1", &store::values![vec![7_u8]])?;
                write(connection, &judged, now)?;
                Ok((before, evaluation::queued(connection, 10)?))
            });
            let (before, queued) = queued.unwrap();
            assert_eq!(before, 0);
            let queued: Vec<(&str, &str)> =
                queued.iter().map(|own| (own.digest.as_str(), own.cause.as_str())).collect();
            assert_eq!(queued, [(digest(1).as_str(), "policy")]);
            assert_eq!(held(&server).0, [7]);
            server.catch_up();
            assert_eq!(held(&server), (hash, length));
        }
    }
}
