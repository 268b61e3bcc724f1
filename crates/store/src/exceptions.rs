//! Exceptions from policies, from their request to their end.

use std::collections::BTreeSet;

use policy::access::{Action, Area, Permit, Reach};
use policy::filter::{Filter, Key, Kind};

use crate::counts::RowCount;
use crate::filtering::{Conditions, Field, FieldKind};
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::{Connection, Row, StoreError, evaluation, outbox, values};

/// The most exceptions that had one name, one after the other.
const MOST_NAMESAKES: u32 = 1000;

/// What an exception may be.
pub const STATES: &[&str] = &["requested", "approved", "refused", "withdrawn", "expired"];

/// How long the end of an exception is told in verdicts, in microseconds: thirty days.
pub const EXPIRED_TOLD: i64 = 30 * 24 * 3600 * 1_000_000;

/// An exception as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredException {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The exception as policies read it, JSON.
    pub document: String,
    /// The policy that it is asked for.
    pub policy_id: Option<String>,
    /// One of [`STATES`].
    pub state: String,
    /// The moment from which it no longer holds, in microseconds since 1970.
    pub ends: i64,
    /// The id of whoever asked for it.
    pub requester: String,
    /// Their name.
    pub requester_name: String,
    /// When.
    pub requested: i64,
    /// The id of whoever decided.
    pub decider: Option<String>,
    /// Their name.
    pub decider_name: Option<String>,
    /// When.
    pub decided: Option<i64>,
    /// What they said.
    pub comment: String,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
    /// The ids of the application scopes that it is limited to beside its own: those of whoever asked for it; none for all.
    pub scopes: BTreeSet<String>,
}

const COLUMNS: &str = "id, name, document, policy_id, state, ends, requester, requester_name, requested, decider,
    decider_name, decided, comment, changed, version";

fn exception(connection: &mut Connection, row: &Row) -> Result<StoredException, StoreError> {
    let sql = "SELECT scope_id FROM exception_scopes WHERE exception_id = $1";
    let scopes = connection.rows(sql, &values![row.text(0)])?.iter().map(|row| row.text(0)).collect();
    Ok(StoredException {
        scopes,
        id: row.text(0),
        name: row.text(1),
        document: row.text(2),
        policy_id: row.optional_text(3),
        state: row.text(4),
        ends: row.integer(5),
        requester: row.text(6),
        requester_name: row.text(7),
        requested: row.integer(8),
        decider: row.optional_text(9),
        decider_name: row.optional_text(10),
        decided: row.optional_integer(11),
        comment: row.text(12),
        changed: row.integer(13),
        version: row.integer(14),
    })
}

/// The exceptions that hold, and those whose end is still told, by name.
///
/// # Errors
/// When the database fails.
pub fn in_force(connection: &mut Connection, now: i64) -> Result<Vec<StoredException>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM exceptions WHERE state IN ('approved', 'expired') AND ends > $1 ORDER BY name LIMIT 10000"
    );
    let rows = connection.rows(&sql, &values![now - EXPIRED_TOLD])?;
    rows.iter().map(|row| exception(connection, row)).collect()
}

/// What the list of exceptions can be filtered by.
pub const KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:openssl*"),
    Key::new("state", Kind::Words(STATES), "What it is.", "state:requested"),
    Key::new("requested_by", Kind::Text, "Who asked for it.", "requested_by:bob"),
    Key::new("decided_by", Kind::Text, "Who decided.", "decided_by:eve"),
    Key::new("policy", Kind::Text, "The id of the policy that it is asked for.", "policy:0190…"),
    Key::new("scope", Kind::Text, "The id of a scope that it is limited to.", "scope:0190…"),
    Key::sorting("ends", Kind::Time, "The moment from which it no longer holds.", "ends:<2027-01-01"),
    Key::sorting("requested", Kind::Time, "When it was asked for.", "requested:>=7d"),
];

pub(crate) const LISTING: Listing = Listing {
    table: "exceptions",
    columns: COLUMNS,
    fields: &[
        Field::text("name", "t.name"),
        Field::new("state", "t.state", FieldKind::Words(STATES)),
        Field::text("requested_by", "t.requester_name"),
        Field::text("decided_by", "COALESCE(t.decider_name, '')"),
        Field::text("policy", "COALESCE(t.policy_id, '')"),
        Field::of("scope", "scope_id", "t.id IN (SELECT exception_id FROM exception_scopes WHERE {})"),
        Field::number("ends", "t.ends"),
        Field::number("requested", "t.requested"),
    ],
    words: &["t.name"],
    orders: &[by_text("name", "t.name"), by_number("ends", "t.ends"), by_number("requested", "t.requested")],
};

/// Limits to what a permit reaches: whoever is limited to application scopes sees what is limited to some of these.
pub(crate) fn keep_to(conditions: &mut Conditions, permit: &Permit) {
    if let Reach::Scopes(scopes) = permit.reach() {
        let scopes: Vec<String> = scopes.iter().map(|scope| conditions.bind(scope)).collect();
        let scopes = scopes.join(", ");
        conditions.add(format!(
            "EXISTS (SELECT 1 FROM exception_scopes x WHERE x.exception_id = t.id) AND NOT EXISTS
             (SELECT 1 FROM exception_scopes x WHERE x.exception_id = t.id AND x.scope_id NOT IN ({scopes}))"
        ));
    }
}

/// A page of exceptions.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<StoredException>>, StoreError> {
    may(permit, &[Action::Read])?;
    let rows = LISTING.page(connection, query, |conditions| keep_to(conditions, permit))?;
    placed(rows, |row| exception(connection, row))
}

/// How many exceptions a filter takes, of those that the permit reaches.
pub(crate) fn counted(connection: &mut Connection, permit: &Permit, filter: &Filter) -> Result<RowCount, StoreError> {
    may(permit, &[Action::Read])?;
    LISTING.counted(connection, filter, |conditions| keep_to(conditions, permit))
}

/// An exception by id.
///
/// # Errors
/// When there is none that the permit reaches, or the database fails.
pub fn by_id(connection: &mut Connection, permit: &Permit, id: &str) -> Result<StoredException, StoreError> {
    may(permit, &[Action::Read, Action::Write, Action::Approve])?;
    let mut conditions = Conditions::default();
    let own = conditions.bind(id);
    conditions.add(format!("t.id = {own}"));
    keep_to(&mut conditions, permit);
    let (sql, parameters) = conditions.finish();
    let row = connection.row(&format!("SELECT {COLUMNS} FROM exceptions t WHERE {sql}"), &parameters)?;
    exception(connection, &row.ok_or(StoreError::NotFound { what: "exception" })?)
}

fn may(permit: &Permit, actions: &[Action]) -> Result<(), StoreError> {
    let permission = permit.permission();
    match permission.area == Area::Exceptions && actions.contains(&permission.action) {
        true => Ok(()),
        false => Err(StoreError::NotFound { what: "exception" }),
    }
}

/// The scopes that what is asked for with a permit is limited to; none for all.
pub fn limits(permit: &Permit) -> BTreeSet<String> {
    match permit.reach() {
        Reach::Everything => BTreeSet::new(),
        Reach::Scopes(scopes) => scopes.clone(),
    }
}

/// Adds a request. One of the same name that was refused or withdrawn, or has expired, gives its name up for `NAME (1)`.
///
/// # Errors
/// When the name is taken by one that is asked for or holds, the permit is for something else or reaches less than the exception, or the database fails.
pub fn insert(connection: &mut Connection, permit: &Permit, exception: &StoredException) -> Result<(), StoreError> {
    may(permit, &[Action::Write])?;
    let own = limits(permit);
    if !own.is_empty() && (exception.scopes.is_empty() || !exception.scopes.is_subset(&own)) {
        return Err(StoreError::NotFound { what: "scope" });
    }
    give_way(connection, &exception.name)?;
    connection.execute(
        "INSERT INTO exceptions (id, name, document, policy_id, state, ends, requester, requester_name, requested,
         comment, is_reminded, changed, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, $9, 1)",
        &values![
            &exception.id,
            &exception.name,
            &exception.document,
            exception.policy_id.clone(),
            &exception.state,
            exception.ends,
            &exception.requester,
            &exception.requester_name,
            exception.requested
        ],
    )?;
    for scope in &exception.scopes {
        connection.execute(
            "INSERT INTO exception_scopes (exception_id, scope_id) VALUES ($1, $2)",
            &values![&exception.id, scope],
        )?;
    }
    let parameters = serde_json::json!({ "name": exception.name, "by": exception.requester_name });
    outbox::tell(connection, exception.requested, "exception.requested", "exception", &exception.id, &parameters)
}

/// Frees a name, if the exception that has it is over.
fn give_way(connection: &mut Connection, name: &str) -> Result<(), StoreError> {
    let taken = |connection: &mut Connection, name: &str| {
        let row = connection.row("SELECT id, state, document FROM exceptions WHERE name = $1", &values![name])?;
        Result::<_, StoreError>::Ok(row.map(|row| (row.text(0), row.text(1), row.text(2))))
    };
    let Some((id, state, document)) = taken(connection, name)? else { return Ok(()) };
    if !matches!(state.as_str(), "refused" | "withdrawn" | "expired") {
        return Err(StoreError::Exists { what: "exception" });
    }
    for number in 1..MOST_NAMESAKES {
        let other = format!("{name} ({number})");
        if taken(connection, &other)?.is_none() {
            let sql = "UPDATE exceptions SET name = $1, document = $2 WHERE id = $3";
            connection.execute(sql, &values![&other, renamed(&document, &other)?, &id])?;
            return Ok(());
        }
    }
    Err(StoreError::Exists { what: "exception" })
}

/// The document of an exception under another name: verdicts tell one that has expired by the name in it.
fn renamed(document: &str, name: &str) -> Result<String, StoreError> {
    let damaged = |error: serde_json::Error| StoreError::Damaged { place: "exceptions", problem: error.to_string() };
    let mut document: serde_json::Value = serde_json::from_str(document).map_err(damaged)?;
    for exception in document["exceptions"].as_array_mut().into_iter().flatten() {
        exception["name"] = name.into();
    }
    Ok(document.to_string())
}

/// Puts an exception into another state, if its version is the one before. Where that changes what holds, every stored image
/// is judged again.
///
/// # Errors
/// When somebody else changed it, the permit allows no such thing, or the database fails.
pub fn decide(
    connection: &mut Connection,
    permit: &Permit,
    exception: &StoredException,
    former_state: &str,
) -> Result<(), StoreError> {
    may(permit, &[Action::Approve, Action::Write])?;
    by_id(connection, permit, &exception.id)?;
    let changed = connection.execute(
        "UPDATE exceptions SET state = $1, decider = $2, decider_name = $3, decided = $4, comment = $5, changed = $6,
         version = $7 WHERE id = $8 AND version = $9 AND state = $10",
        &values![
            &exception.state,
            exception.decider.clone(),
            exception.decider_name.clone(),
            exception.decided,
            &exception.comment,
            exception.changed,
            exception.version,
            &exception.id,
            exception.version - 1,
            former_state
        ],
    )?;
    if changed == 0 {
        return Err(StoreError::Changed { what: "exception" });
    }
    if exception.state == "approved" || former_state == "approved" {
        evaluation::want(connection, "exception")?;
    }
    let topic = format!("exception.{}", exception.state);
    let parameters = serde_json::json!({ "name": exception.name, "by": exception.decider_name });
    outbox::tell(connection, exception.changed, &topic, "exception", &exception.id, &parameters)
}

/// Ends the exceptions whose time is over, and reminds once of those that end before `remind_until`.
///
/// # Errors
/// When the database fails.
pub fn end(connection: &mut Connection, now: i64, remind_until: i64) -> Result<(), StoreError> {
    let over = connection.rows(
        "SELECT id, name FROM exceptions WHERE state = 'approved' AND ends <= $1 ORDER BY ends LIMIT 1000",
        &values![now],
    )?;
    for row in &over {
        connection.execute(
            "UPDATE exceptions SET state = 'expired', changed = $1, version = version + 1 WHERE id = $2",
            &values![now, row.text(0)],
        )?;
        let parameters = serde_json::json!({ "name": row.text(1) });
        outbox::tell(connection, now, "exception.expired", "exception", &row.text(0), &parameters)?;
    }
    if !over.is_empty() {
        evaluation::want(connection, "exception")?;
    }
    let soon = connection.rows(
        "SELECT id, name, ends FROM exceptions WHERE state = 'approved' AND ends > $1 AND ends <= $2 AND is_reminded = 0
         ORDER BY ends LIMIT 1000",
        &values![now, remind_until],
    )?;
    for row in &soon {
        connection.execute("UPDATE exceptions SET is_reminded = 1 WHERE id = $1", &values![row.text(0)])?;
        let parameters = serde_json::json!({ "name": row.text(1), "ends": row.integer(2) });
        outbox::tell(connection, now, "exception.ends_soon", "exception", &row.text(0), &parameters)?;
    }
    Ok(())
}

/// Whether [`end`] would do something.
///
/// # Errors
/// When the database fails.
pub fn has_ending(connection: &mut Connection, now: i64, remind_until: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM exceptions WHERE state = 'approved'
        AND (ends <= $1 OR (ends <= $2 AND is_reminded = 0)) LIMIT 1";
    Ok(connection.row(sql, &values![now, remind_until])?.is_some())
}
