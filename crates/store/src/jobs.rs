//! Jobs: work that outlives requests and servers, done by whoever leases it.
//!
//! A job waits, is leased, and ends: done, dead (it failed too often, or for good) or cancelled. Whoever leases it shows
//! with heartbeats that it is alive; a lease that ran out is another's to take. Only the holder of the lease can answer.

pub mod own;
mod told;

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key, Kind};

use crate::filtering::{Field, FieldKind};
use crate::listing::{ListQuery, Listing, Placed, by_text, placed};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, values};
use told::{Moved, tell};

/// How often a job is tried before it is dead.
pub const MOST_TRIES: i64 = 5;

/// The wait before the second try, in microseconds; it doubles with each.
const FIRST_WAIT: i64 = 10_000_000;

/// The longest wait between two tries, in microseconds.
const LONGEST_WAIT: i64 = 3600 * 1_000_000;

/// The longest rest of a registry that does not answer, in microseconds.
const LONGEST_REST: i64 = 900 * 1_000_000;

/// How many jobs a step takes that looks after many.
const STEP: i64 = 500;

/// The states, in the order of their life.
pub const STATES: &[&str] = &["waiting", "leased", "done", "dead", "cancelled"];

/// The kinds.
pub const KINDS: &[&str] = &["scan", "list", "test", "export", "bulk", "dry_run"];

/// By what jobs are filtered.
pub const KEYS: &[Key] = &[
    Key::new("state", Kind::Words(STATES), "Where it stands.", "state:dead"),
    Key::new("kind", Kind::Words(KINDS), "What is done.", "kind:scan"),
    Key::new("registry", Kind::Text, "The id of its registry.", "registry:0190…"),
    Key::new("requested_by", Kind::Text, "Who asked for it.", "requested_by:bob"),
    Key::new("tries", Kind::Number, "How often it was leased.", "tries:>1"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=1d"),
    Key::new("finished", Kind::Time, "When it ended.", "finished:>=1d"),
];

pub(crate) const LISTING: Listing = Listing {
    table: "jobs",
    columns: COLUMNS,
    fields: &[
        Field::new("state", "t.state", FieldKind::Words(STATES)),
        Field::new("kind", "t.kind", FieldKind::Words(KINDS)),
        Field::text("registry", "t.registry_id"),
        Field::text("requested_by", "t.requested_by"),
        Field::number("tries", "t.tries"),
        Field::number("created", "t.created"),
        Field::number("finished", "t.finished"),
    ],
    words: &["t.key"],
    // Ids sort by the time that they were made at.
    orders: &[by_text("created", "t.id")],
};

/// Who waits for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A person.
    Person = 1,
    /// A message of a registry.
    Webhook = 2,
    /// Nobody: it is time.
    Schedule = 3,
}

impl Priority {
    /// That of a stored job.
    pub fn of(number: i64) -> Priority {
        match number {
            1 => Priority::Person,
            2 => Priority::Webhook,
            _ => Priority::Schedule,
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id, a UUID that sorts by time.
    pub id: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// No two open jobs have the same.
    pub key: String,
    /// The registry that it asks.
    pub registry_id: String,
    /// Its [`Priority`] as a number.
    pub priority: i64,
    /// One of [`STATES`].
    pub state: String,
    /// What is to be done, as JSON.
    pub work: String,
    /// How often it was leased.
    pub tries: i64,
    /// It waits until then, in microseconds since 1970.
    pub not_before: i64,
    /// The name of whoever holds or held it.
    pub leased_by: Option<String>,
    /// When the lease ends.
    pub lease_until: Option<i64>,
    /// Why the last try failed, as JSON.
    pub failure: Option<String>,
    /// What came of it, as JSON.
    pub result: Option<String>,
    /// Who asked for it.
    pub requested_by: String,
    /// When it was made.
    pub created: i64,
    /// When it was first leased.
    pub begun: Option<i64>,
    /// When it ended.
    pub finished: Option<i64>,
    /// Whose rights it has, as `user/ID`; of those that the server does itself.
    pub owner: Option<String>,
    /// How far it is, as JSON.
    pub progress: Option<String>,
    /// When what it made goes.
    pub expires: Option<i64>,
}

/// A job to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: String,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// No two open jobs have the same.
    pub key: String,
    /// The registry that it asks.
    pub registry_id: String,
    /// Who waits for it.
    pub priority: Priority,
    /// What is to be done, as JSON.
    pub work: String,
    /// Who asked for it.
    pub requested_by: String,
}

/// A lease to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The SHA-256 of what its holder shows.
    pub secret: Vec<u8>,
    /// The holder's name.
    pub holder: String,
    /// When it ends.
    pub until: i64,
}

/// What becomes of a job that failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failed {
    /// The same would happen again.
    ForGood,
    /// It is tried again, up to [`MOST_TRIES`] times; `jitter` (0 to 1) spreads the waits.
    MayPass {
        /// Where in the spread this wait is.
        jitter: f64,
    },
    /// The same, and the registry did not answer: its other jobs wait as well, unless a person does for them, so that
    /// workers are there for other registries.
    Silent {
        /// As above.
        jitter: f64,
    },
    /// It was given back, which is no failure.
    GivenBack,
}

const COLUMNS: &str = "id, kind, key, registry_id, priority, state, work, tries, not_before, leased_by, lease_until,
    failure, result, requested_by, created, begun, finished, owner, progress, expires";

fn job(row: &Row) -> Job {
    Job {
        id: row.text(0),
        kind: row.text(1),
        key: row.text(2),
        registry_id: row.text(3),
        priority: row.integer(4),
        state: row.text(5),
        work: row.text(6),
        tries: row.integer(7),
        not_before: row.integer(8),
        leased_by: row.optional_text(9),
        lease_until: row.optional_integer(10),
        failure: row.optional_text(11),
        result: row.optional_text(12),
        requested_by: row.text(13),
        created: row.integer(14),
        begun: row.optional_integer(15),
        finished: row.optional_integer(16),
        owner: row.optional_text(17),
        progress: row.optional_text(18),
        expires: row.optional_integer(19),
    }
}

/// Adds a job, unless one of the same key is open: that one is hurried where the new one would be before it, and whoever holds
/// it does it for whoever waits more. Tells the id of the job that is open then.
///
/// # Errors
/// When the database fails.
pub fn enqueue(connection: &mut Connection, new: &NewJob, now: i64) -> Result<String, StoreError> {
    let sql =
        "INSERT INTO jobs (id, kind, key, registry_id, priority, state, work, tries, not_before, requested_by, created)
        VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, $7, $8, $7) ON CONFLICT DO NOTHING";
    let priority = new.priority as i64;
    let parameters =
        values![&new.id, new.kind, &new.key, &new.registry_id, priority, &new.work, now, &new.requested_by];
    if connection.execute(sql, &parameters)? == 1 {
        return Ok(moved(connection, &new.id, Moved::Queued, now)?.id);
    }
    let sql = "UPDATE jobs SET priority = $1, not_before = $2
        WHERE key = $3 AND state IN ('waiting', 'leased') AND priority > $1";
    connection.execute(sql, &values![priority, now, &new.key])?;
    let sql = "SELECT id FROM jobs WHERE key = $1 AND state IN ('waiting', 'leased')";
    // Another server may have ended it in between; then it was done after it was asked for.
    Ok(connection.row(sql, &values![&new.key])?.map_or_else(|| new.id.clone(), |row| row.text(0)))
}

/// Whether anything waits that may be leased: cheap enough to be asked often.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn is_waiting(connection: &mut Connection, permit: &Permit, now: i64) -> Result<bool, StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    Ok(!with_room(connection, now)?.is_empty())
}

/// Leases the first job in order: by who waits, then by age. Never one that is leased, nor more of a registry at once than
/// it allows.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn lease(connection: &mut Connection, permit: &Permit, lease: &Lease, now: i64) -> Result<Option<Job>, StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    let is_sqlite = connection.is_sqlite();
    // SQLite has one writer; in PostgreSQL the registry's row is what lessees of the same registry take turns by, and a job
    // that another transaction is about to lease is passed over.
    let (lock_registry, lock_job) = if is_sqlite { ("", "") } else { (" FOR UPDATE", " FOR UPDATE SKIP LOCKED") };
    for (registry, _) in with_room(connection, now)? {
        let most = format!("SELECT most_at_once FROM registries WHERE id = $1{lock_registry}");
        let most = connection.row(&most, &values![&registry])?.map_or(0, |row| row.integer(0));
        let leased = "SELECT count(*) FROM jobs WHERE registry_id = $1 AND state = 'leased'";
        if connection.row(leased, &values![&registry])?.map_or(0, |row| row.integer(0)) >= most {
            continue;
        }
        let first = format!(
            "SELECT id FROM jobs WHERE state = 'waiting' AND registry_id = $1 AND not_before <= $2
             AND ((SELECT r.rests_until FROM registries r WHERE r.id = $1) <= $2 OR priority = 1)
             ORDER BY priority, id LIMIT 1{lock_job}"
        );
        let Some(row) = connection.row(&first, &values![&registry, now])? else { continue };
        let id = row.text(0);
        let sql = "UPDATE jobs SET state = 'leased', tries = tries + 1, lease = $1, leased_by = $2, lease_until = $3,
            begun = coalesce(begun, $4) WHERE id = $5 AND state = 'waiting'";
        if connection.execute(sql, &values![&lease.secret, &lease.holder, lease.until, now, &id])? == 1 {
            return moved(connection, &id, Moved::Started, now).map(Some);
        }
    }
    Ok(None)
}

/// The registries that have a job waiting and may be asked more at once, in the order of those jobs.
fn with_room(connection: &mut Connection, now: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT w.id, j.priority FROM (
            SELECT r.id AS id, (SELECT f.id FROM jobs f WHERE f.state = 'waiting' AND f.registry_id = r.id
                AND f.not_before <= $1 AND (r.rests_until <= $1 OR f.priority = 1) ORDER BY f.priority, f.id LIMIT 1) AS job
            FROM registries r
            WHERE (SELECT count(*) FROM jobs l WHERE l.state = 'leased' AND l.registry_id = r.id) < r.most_at_once
        ) w JOIN jobs j ON j.id = w.job ORDER BY j.priority, j.id";
    let rows = connection.rows(sql, &values![now])?;
    Ok(rows.iter().map(|row| (row.text(0), row.integer(1))).collect())
}

/// Keeps a lease for longer, and gives the job.
///
/// # Errors
/// When the lease is over: it ran out and was taken, or the job was cancelled.
pub fn heartbeat(
    connection: &mut Connection,
    permit: &Permit,
    id: &str,
    secret: &[u8],
    until: i64,
) -> Result<Job, StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    let sql = "UPDATE jobs SET lease_until = $1 WHERE id = $2 AND state = 'leased' AND lease = $3";
    match connection.execute(sql, &values![until, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => find(connection, id),
    }
}

/// Gives the lease to another holder: while the server takes an answer in, nobody else can answer, nor lease the job.
///
/// # Errors
/// When the lease is over.
pub fn pass_on(
    connection: &mut Connection,
    permit: &Permit,
    id: &str,
    secret: &[u8],
    to: &[u8],
    until: i64,
) -> Result<Job, StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    let sql = "UPDATE jobs SET lease = $1, lease_until = $2 WHERE id = $3 AND state = 'leased' AND lease = $4";
    match connection.execute(sql, &values![to, until, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => find(connection, id),
    }
}

/// Ends a job well.
///
/// # Errors
/// When the lease is over.
pub fn finish(
    connection: &mut Connection,
    permit: &Permit,
    id: &str,
    secret: &[u8],
    result: Option<&str>,
    now: i64,
) -> Result<(), StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    let sql =
        "UPDATE jobs SET state = 'done', result = $1, failure = NULL, lease = NULL, lease_until = NULL, finished = $2
        WHERE id = $3 AND state = 'leased' AND lease = $4";
    match connection.execute(sql, &values![result, now, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => {
            let done = moved(connection, id, Moved::Finished, now)?;
            // A test is done whatever it finds.
            if done.kind != "test" {
                let sql = "UPDATE registries SET silences = 0, rests_until = 0, failure = NULL WHERE id = $1 AND silences > 0";
                connection.execute(sql, &values![&done.registry_id])?;
            }
            Ok(())
        }
    }
}

/// Ends a try badly: the job waits for another, or is dead. Gives the job as it is then.
///
/// # Errors
/// When the lease is over.
pub fn fail(
    connection: &mut Connection,
    permit: &Permit,
    id: &str,
    secret: &[u8],
    failure: &str,
    how: Failed,
    now: i64,
) -> Result<Job, StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1 AND state = 'leased' AND lease = $2");
    let row = connection.row(&sql, &values![id, secret])?;
    let job = row.as_ref().map(job).ok_or(StoreError::Changed { what: "job" })?;
    end_try(connection, &job, failure, how, now)
}

fn end_try(connection: &mut Connection, job: &Job, failure: &str, how: Failed, now: i64) -> Result<Job, StoreError> {
    let again = match how {
        Failed::ForGood => None,
        Failed::MayPass { .. } | Failed::Silent { .. } if job.tries >= MOST_TRIES => None,
        Failed::MayPass { jitter } | Failed::Silent { jitter } => Some((now + wait(job.tries, jitter), job.tries)),
        Failed::GivenBack => Some((now, job.tries - 1)),
    };
    if let Failed::Silent { jitter } = how {
        rest(connection, &job.registry_id, failure, jitter, now)?;
    }
    let is_again = again.is_some();
    let (sql, parameters) = match again {
        Some((not_before, tries)) => (
            "UPDATE jobs SET state = 'waiting', lease = NULL, lease_until = NULL, not_before = $1, tries = $2, failure = $3
             WHERE id = $4 AND state = 'leased'",
            values![not_before, tries, failure, &job.id],
        ),
        None => (
            "UPDATE jobs SET state = 'dead', lease = NULL, lease_until = NULL, finished = $1, tries = $2, failure = $3
             WHERE id = $4 AND state = 'leased'",
            values![now, job.tries, failure, &job.id],
        ),
    };
    connection.execute(sql, &parameters)?;
    moved(connection, &job.id, if is_again { Moved::Queued } else { Moved::Failed }, now)
}

/// Has a registry rest that left a try without an answer, longer with each in a row.
fn rest(
    connection: &mut Connection,
    registry_id: &str,
    failure: &str,
    jitter: f64,
    now: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE registries SET silences = silences + 1, failure = $2 WHERE id = $1 RETURNING silences";
    let Some(row) = connection.row(sql, &values![registry_id, failure])? else { return Ok(()) };
    let until = now + wait(row.integer(0), jitter).min(LONGEST_REST);
    let sql = "UPDATE registries SET rests_until = $2 WHERE id = $1";
    connection.execute(sql, &values![registry_id, until])?;
    Ok(())
}

/// How long a job waits after so many tries: doubled with each, between half of that and the whole.
fn wait(tries: i64, jitter: f64) -> i64 {
    let doublings = u32::try_from(tries - 1).unwrap_or_default().min(20);
    let whole = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    whole / 2 + (whole as f64 / 2.0 * jitter.clamp(0.0, 1.0)) as i64
}

/// Takes back leases that ran out, a step's worth: their jobs wait again, or are dead. Tells those jobs as they were.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn take_back(
    connection: &mut Connection,
    permit: &Permit,
    failure: &str,
    jitter: f64,
    now: i64,
) -> Result<Vec<Job>, StoreError> {
    require(permit, Area::Scans, Action::Write)?;
    let lock = if connection.is_sqlite() { "" } else { " FOR UPDATE SKIP LOCKED" };
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE state = 'leased' AND lease_until < $1 ORDER BY lease_until LIMIT $2{lock}"
    );
    let over: Vec<Job> = connection.rows(&sql, &values![now, STEP])?.iter().map(job).collect();
    for job in &over {
        end_try(connection, job, failure, Failed::MayPass { jitter }, now)?;
    }
    Ok(over)
}

/// A page of jobs.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(connection: &mut Connection, permit: &Permit, query: &ListQuery) -> Result<Vec<Placed<Job>>, StoreError> {
    require(permit, Area::Jobs, Action::Read)?;
    placed(LISTING.page(connection, query, |_| {})?, |row| Ok(job(row)))
}

/// How many jobs a filter takes, but for one: what counts them is no part of what it counts.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn count(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
    but_for: Option<&str>,
) -> Result<u64, StoreError> {
    require(permit, Area::Jobs, Action::Read)?;
    LISTING.count(connection, filter, but_for.unwrap_or_default())
}

/// A job by id.
///
/// # Errors
/// When there is none, the permit is for something else, or the database fails.
pub fn by_id(connection: &mut Connection, permit: &Permit, id: &str) -> Result<Job, StoreError> {
    require(permit, Area::Jobs, Action::Read)?;
    find(connection, id)
}

/// Lets a job that is dead or cancelled wait again, as the first try and for a person. `asker` is kind and id of whoever
/// asks (`user/0190…`): what is done with somebody's rights is theirs alone to have done.
///
/// # Errors
/// When it is neither, its key is open again, it has the rights of somebody else, the permit is for something else, or the
/// database fails.
pub fn retry(connection: &mut Connection, permit: &Permit, asker: &str, id: &str, now: i64) -> Result<Job, StoreError> {
    require(permit, Area::Jobs, Action::Write)?;
    let found = find(connection, id)?;
    match found.owner.as_deref() {
        Some(owner) if owner != asker => return Err(StoreError::NotOwn { what: "job" }),
        Some(owner) => own::has_room(connection, owner)?,
        None => {}
    }
    wait_again(connection, found, now)
}

fn wait_again(connection: &mut Connection, found: Job, now: i64) -> Result<Job, StoreError> {
    let id = &found.id;
    let sql = "SELECT id FROM jobs WHERE key = $1 AND state IN ('waiting', 'leased')";
    if let Some(row) = connection.row(sql, &values![&found.key])? {
        return Err(StoreError::InUse { what: "job", by: format!("the open job {}", row.text(0)) });
    }
    let sql =
        "UPDATE jobs SET state = 'waiting', tries = 0, priority = $1, not_before = $2, finished = NULL, begun = NULL
        WHERE id = $3 AND state IN ('dead', 'cancelled')";
    match connection.execute(sql, &values![Priority::Person as i64, now, id])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => moved(connection, id, Moved::Queued, now),
    }
}

/// Cancels a job that is open. Whoever holds it learns of it at the next heartbeat.
///
/// # Errors
/// When it is not open, the permit is for something else, or the database fails.
pub fn cancel(connection: &mut Connection, permit: &Permit, id: &str, now: i64) -> Result<Job, StoreError> {
    require(permit, Area::Jobs, Action::Write)?;
    find(connection, id)?;
    let sql = "UPDATE jobs SET state = 'cancelled', lease = NULL, lease_until = NULL, finished = $1
        WHERE id = $2 AND state IN ('waiting', 'leased')";
    match connection.execute(sql, &values![now, id])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => moved(connection, id, Moved::Cancelled, now),
    }
}

/// Forgets jobs that ended before a time, a step's worth. Tells how many.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut Connection, before: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished IS NOT NULL AND finished < $1
        ORDER BY finished LIMIT $2)";
    connection.execute(sql, &values![before, STEP])
}

/// Tells how a job moved, and gives it as it is then.
fn moved(connection: &mut Connection, id: &str, how: Moved, now: i64) -> Result<Job, StoreError> {
    let job = find(connection, id)?;
    tell(connection, &job, how, now)?;
    Ok(job)
}

fn find(connection: &mut Connection, id: &str) -> Result<Job, StoreError> {
    let row = connection.row(&format!("SELECT {COLUMNS} FROM jobs WHERE id = $1"), &values![id])?;
    row.as_ref().map(job).ok_or(StoreError::NotFound { what: "job" })
}

#[cfg(test)]
mod tests;
