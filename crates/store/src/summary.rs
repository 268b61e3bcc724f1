//! Counts for the first page: of what one may reach, from indexes alone.

use policy::access::{Action, Area, Permission, Permit, Reach};

use crate::filtering::Conditions;
use crate::images::{DECISIONS, SEVERITIES};
use crate::permitted::require;
use crate::{Connection, StoreError, Value, values};

/// New vulnerabilities, and jobs of each state, are counted up to this number.
pub const MOST_COUNTED: i64 = 1000;

/// The place of `not_approved` among the words of approval.
const NOT_APPROVED: i64 = 2;

/// Images by what holds of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImageCounts {
    /// All of them.
    pub total: i64,
    /// By decision, in the order of [`DECISIONS`].
    pub decisions: [i64; DECISIONS.len()],
    /// By the worst severity that counts, in the order of [`SEVERITIES`].
    pub severities: [i64; SEVERITIES.len()],
    /// With a vulnerability that is known to be exploited.
    pub known_exploited: i64,
    /// With a vulnerability that a newer version repairs.
    pub fixable: i64,
    /// Whose digest is not approved where digests are.
    pub not_approved: i64,
    /// With something that could not be read.
    pub with_gaps: i64,
}

/// What came since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deltas {
    /// Images that were first registered since.
    pub registered: i64,
    /// Images whose decision came to be since, by decision.
    pub decided: [i64; DECISIONS.len()],
    /// Vulnerabilities that an image first had since, up to [`MOST_COUNTED`].
    pub vulnerabilities: i64,
}

/// Exceptions by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExceptionCounts {
    /// Asked for, not decided.
    pub requested: i64,
    /// In force.
    pub approved: i64,
    /// Of these, those that end before the moment that was asked about.
    pub ending: i64,
}

/// Jobs by state, each up to [`MOST_COUNTED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// They wait.
    pub waiting: i64,
    /// They are being done.
    pub leased: i64,
    /// They were given up.
    pub dead: i64,
    /// When the first of those that were given up was.
    pub dead_since: Option<i64>,
}

/// Registries by how they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegistryCounts {
    /// All of them.
    pub total: i64,
    /// Those whose last listing failed.
    pub failing: i64,
}

/// Counts images.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn images(connection: &mut Connection, permit: &Permit) -> Result<ImageCounts, StoreError> {
    may(permit)?;
    let (sql, parameters) = images_sql(permit);
    let mut counts = ImageCounts::default();
    connection.each(&sql, &parameters, |row| {
        let number = row.integer(2);
        counts.total += number;
        add(&mut counts.decisions, row.integer(0), number);
        add(&mut counts.severities, row.integer(1), number);
        counts.known_exploited += row.integer(3);
        counts.fixable += row.integer(4);
        counts.not_approved += row.integer(5);
        counts.with_gaps += row.integer(6);
        Ok(())
    })?;
    Ok(counts)
}

/// The query that counts images: one row for each decision and severity that occur.
pub(crate) fn images_sql(permit: &Permit) -> (String, Vec<Value>) {
    let (within, parameters) = within(permit, "i.id", 1);
    let sql = format!(
        "SELECT i.decision, i.severity, count(*), sum(CASE WHEN i.kev > 0 THEN 1 ELSE 0 END),
         sum(CASE WHEN i.fixable > 0 THEN 1 ELSE 0 END), sum(CASE WHEN i.approval = {NOT_APPROVED} THEN 1 ELSE 0 END),
         sum(CASE WHEN i.gaps > 0 THEN 1 ELSE 0 END)
         FROM images i WHERE {within} GROUP BY i.decision, i.severity"
    );
    (sql, parameters)
}

/// Counts what came since a moment, in microseconds since 1970.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn since(connection: &mut Connection, permit: &Permit, since: i64) -> Result<Deltas, StoreError> {
    may(permit)?;
    let (within_scopes, scopes) = within(permit, "i.id", 2);
    let parameters = || std::iter::once(Value::from(since)).chain(scopes.iter().cloned()).collect::<Vec<_>>();
    let registered = registered_since(connection, permit, since)?;
    let mut decided = [0; DECISIONS.len()];
    let sql = format!(
        "SELECT i.decision, count(*) FROM images i WHERE i.decided >= $1 AND {within_scopes} GROUP BY i.decision"
    );
    connection.each(&sql, &parameters(), |row| {
        add(&mut decided, row.integer(0), row.integer(1));
        Ok(())
    })?;
    if !permit.covers_everything() {
        let vulnerabilities = crate::inventory::count_since(connection, permit, since, MOST_COUNTED)?;
        return Ok(Deltas { registered, decided, vulnerabilities });
    }
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM vulnerabilities v WHERE v.first_seen >= $1
            AND EXISTS (SELECT 1 FROM findings f WHERE f.kind = 'vulnerability' AND f.finding = v.id)
            ORDER BY v.first_seen DESC, v.id DESC LIMIT {MOST_COUNTED}) c"
    );
    let vulnerabilities = connection.row(&sql, &values![since])?.map_or(0, |row| row.integer(0));
    Ok(Deltas { registered, decided, vulnerabilities })
}

/// How many images have been there since a time, within scopes by a name there.
fn registered_since(connection: &mut Connection, permit: &Permit, since: i64) -> Result<i64, StoreError> {
    let mut conditions = Conditions::default();
    let since = conditions.bind(since);
    let sql = match conditions.scopes(permit) {
        None => format!("SELECT count(*) FROM images i WHERE i.registered >= {since}"),
        Some(scopes) => format!(
            "SELECT count(DISTINCT s.image_id) FROM scope_images s WHERE s.scope_id IN ({scopes}) AND s.since >= {since}
             AND NOT EXISTS (SELECT 1 FROM scope_images o
                 WHERE o.image_id = s.image_id AND o.scope_id IN ({scopes}) AND o.since < {since})"
        ),
    };
    let (_, parameters) = conditions.finish();
    Ok(connection.row(&sql, &parameters)?.map_or(0, |row| row.integer(0)))
}

/// Counts exceptions that one may see; those in force that end before `before` too.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn exceptions(
    connection: &mut Connection,
    permit: &Permit,
    now: i64,
    before: i64,
) -> Result<ExceptionCounts, StoreError> {
    if permit.permission() != Permission::new(Area::Exceptions, Action::Read) {
        return Err(StoreError::NotFound { what: "exception" });
    }
    let mut count = |state: &str, from: i64, to: i64| -> Result<i64, StoreError> {
        let mut conditions = Conditions::default();
        let (state, from, to) = (conditions.bind(state), conditions.bind(from), conditions.bind(to));
        conditions.add(format!("t.state = {state} AND t.ends > {from} AND t.ends <= {to}"));
        crate::exceptions::keep_to(&mut conditions, permit);
        let (sql, parameters) = conditions.finish();
        let sql = format!("SELECT count(*) FROM exceptions t WHERE {sql}");
        Ok(connection.row(&sql, &parameters)?.map_or(0, |row| row.integer(0)))
    };
    Ok(ExceptionCounts {
        requested: count("requested", i64::MIN, i64::MAX)?,
        approved: count("approved", now, i64::MAX)?,
        ending: count("approved", now, before)?,
    })
}

/// Counts jobs.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn jobs(connection: &mut Connection, permit: &Permit) -> Result<JobCounts, StoreError> {
    require(permit, Area::Jobs, Action::Read)?;
    let mut count = |state: &str| -> Result<i64, StoreError> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state = $1 LIMIT {MOST_COUNTED}) j");
        Ok(connection.row(&sql, &values![state])?.map_or(0, |row| row.integer(0)))
    };
    let (waiting, leased, dead) = (count("waiting")?, count("leased")?, count("dead")?);
    let sql = "SELECT finished FROM jobs WHERE state = 'dead' ORDER BY id LIMIT 1";
    let dead_since = connection.row(sql, &[])?.and_then(|row| row.optional_integer(0));
    Ok(JobCounts { waiting, leased, dead, dead_since })
}

/// Counts registries.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn registries(connection: &mut Connection, permit: &Permit) -> Result<RegistryCounts, StoreError> {
    require(permit, Area::Registries, Action::Read)?;
    let mut count =
        |sql: &str| -> Result<i64, StoreError> { Ok(connection.row(sql, &[])?.map_or(0, |row| row.integer(0))) };
    Ok(RegistryCounts {
        total: count("SELECT count(*) FROM registries")?,
        failing: count("SELECT count(*) FROM registries WHERE failure IS NOT NULL")?,
    })
}

/// The condition that an image is within reach, over the images of the scopes rather than over all; its parameters begin
/// with this number.
pub(crate) fn within(permit: &Permit, image: &str, first: usize) -> (String, Vec<Value>) {
    match permit.reach() {
        Reach::Everything => ("1 = 1".to_owned(), Vec::new()),
        Reach::Scopes(scopes) => {
            let names: Vec<String> = (first..first + scopes.len()).map(|number| format!("${number}")).collect();
            let condition = format!(
                "{image} IN (SELECT s.image_id FROM scope_images s WHERE s.scope_id IN ({}))",
                names.join(", ")
            );
            (condition, scopes.iter().map(Value::from).collect())
        }
    }
}

fn may(permit: &Permit) -> Result<(), StoreError> {
    match (permit.permission().area, permit.permission().action) {
        (Area::Images | Area::Findings, Action::Read) => Ok(()),
        _ => Err(StoreError::NotFound { what: "image" }),
    }
}

fn add(counts: &mut [i64], place: i64, number: i64) {
    if let Some(count) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
        *count += number;
    }
}
