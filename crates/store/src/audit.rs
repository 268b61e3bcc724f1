//! The audit trail: who did what, when, from where, with what was before and after. Records follow one another by hash.
//!
//! The hash of a record is SHA-256 over the hash before it and the record's text, so that a record that is altered,
//! removed or moved breaks the chain at its place. What is cut off at the end is found by checkpoints: signed statements
//! of number and hash that were handed out.

mod checkpoint;
mod keys;
mod retain;
mod search;
mod verify;

use aws_lc_rs::digest::{Context, SHA256};
use policy::access::{Action, Area, Permit};
use serde::Serialize;
use serde_json::Value as Json;

use crate::{Connection, StoreError, values};
pub use checkpoint::{Checkpoint, checkpoints, count_checkpoints, head, last_checkpoint, put_checkpoint};
pub use keys::{StoredKey, keys, note_key};
pub use retain::{MOST_REMOVED_AT_ONCE, remove_older};
pub(crate) use search::counted;
pub use search::{KEYS, Order, search};
pub use verify::{Agreed, ChainFault, Fault, PublicKey, Verification, verify};

/// What a record says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: Actor,
    /// What was done: `policy.create`, `session.login`.
    pub action: String,
    /// What sort of object: `policy`.
    pub object: String,
    /// Which one.
    pub object_id: String,
    /// Its name at that time.
    pub object_name: String,
    /// Whether it was done, or why not: `done`, `refused`, `failed`.
    pub outcome: Outcome,
    /// The object before; absent where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// The object after; absent where it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// Who acted, and how they reached the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// `user`, `token` or `server`; `unknown` where nobody was recognized.
    pub kind: String,
    /// The id of the user or token.
    pub id: String,
    /// The name, as it was then.
    pub name: String,
    /// The address that the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The id of the request, which logs carry too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

impl Actor {
    /// The server itself, when nobody asked it.
    pub fn server() -> Actor {
        let name = "server".to_owned();
        Actor { kind: name.clone(), id: name.clone(), name, address: None, request: None }
    }
}

/// How what was tried ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// Rights were missing.
    Refused,
    /// It could not be done: a wrong password, say.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 3] = [Outcome::Done, Outcome::Refused, Outcome::Failed];

    /// The word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }
}

/// A record of the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its number, from 1.
    pub sequence: i64,
    /// The text that is hashed: an [`AuditEntry`] as JSON.
    pub body: String,
    /// SHA-256 over the hash before and the text.
    pub hash: Vec<u8>,
}

/// Which records are asked for; the newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The principal's id.
    pub principal: Option<String>,
    /// The action; a trailing `*` takes all that begin so.
    pub action: Option<String>,
    /// The sort of object.
    pub object: Option<String>,
    /// The object's id; counts together with its sort.
    pub object_id: Option<String>,
    /// No record before this time.
    pub since: Option<i64>,
    /// No record from this time on.
    pub until: Option<i64>,
    /// Records before this number: where the last page ended.
    pub before: Option<i64>,
}

/// Appends a record, in the transaction of what it tells.
///
/// # Errors
/// When the database fails, or a record that nobody appended has the number already.
pub fn append(connection: &mut Connection, entry: &AuditEntry) -> Result<i64, StoreError> {
    let (last, before) = match connection.audit_head().take() {
        Some(head) => head,
        None => locked_head(connection)?,
    };
    let sequence = last + 1;
    let body = serde_json::to_string(entry)
        .map_err(|error| StoreError::Damaged { place: "audit.body", problem: error.to_string() })?;
    let hash = chain(&before, sequence, &body);
    let inserted = connection.execute(
        "INSERT INTO audit (sequence, at, principal, kind, action, object, object_id, outcome, body, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &values![
            sequence,
            entry.at,
            &entry.actor.id,
            &entry.actor.kind,
            &entry.action,
            &entry.object,
            &entry.object_id,
            entry.outcome.as_str(),
            body,
            hash.clone()
        ],
    );
    // Nobody else moves the head: what has this number was not appended.
    inserted.map_err(|error| match error.is_taken() {
        true => StoreError::ForeignRecord { sequence },
        false => error,
    })?;
    connection.execute("UPDATE audit_head SET sequence = $1, hash = $2 WHERE id = 1", &values![sequence, &hash])?;
    *connection.audit_head() = Some((sequence, hash));
    Ok(sequence)
}

/// The head of the trail, which nobody else moves until this transaction ends.
fn locked_head(connection: &mut Connection) -> Result<(i64, Vec<u8>), StoreError> {
    let lock = if connection.is_sqlite() { "" } else { " FOR UPDATE" };
    let head = connection.row(&format!("SELECT sequence, hash FROM audit_head WHERE id = 1{lock}"), &[])?;
    let head = head.ok_or(StoreError::Damaged { place: "audit_head", problem: "it is empty".to_owned() })?;
    Ok((head.integer(0), head.bytes(1)))
}

/// A page of records.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    query: &AuditQuery,
    limit: u32,
) -> Result<Vec<AuditRecord>, StoreError> {
    may_read(permit)?;
    let mut conditions = Vec::new();
    let mut parameters = Vec::new();
    let mut add = |condition: &str, value: crate::Value| {
        parameters.push(value);
        conditions.push(condition.replace("$?", &format!("${}", parameters.len())));
    };
    if let Some(principal) = &query.principal {
        add("principal = $?", principal.into());
    }
    if let Some(action) = &query.action {
        match action.strip_suffix('*') {
            Some(prefix) => {
                add("action >= $?", prefix.into());
                add("action < $?", format!("{prefix}\u{10ffff}").into());
            }
            None => add("action = $?", action.into()),
        }
    }
    if let Some(object) = &query.object {
        add("object = $?", object.into());
    }
    if let Some(object_id) = &query.object_id {
        add("object_id = $?", object_id.into());
    }
    if let Some(since) = query.since {
        add("at >= $?", since.into());
    }
    if let Some(until) = query.until {
        add("at < $?", until.into());
    }
    if let Some(before) = query.before {
        add("sequence < $?", before.into());
    }
    let conditions = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
    let sql = format!("SELECT sequence, body, hash FROM audit WHERE {conditions} ORDER BY sequence DESC LIMIT {limit}");
    let rows = connection.rows(&sql, &parameters)?;
    Ok(rows.iter().map(record).collect())
}

/// Hands on every record from a number on, the oldest first.
///
/// # Errors
/// When the permit is for something else, the database fails, or `take` does.
pub fn each(
    connection: &mut Connection,
    permit: &Permit,
    from: i64,
    mut take: impl FnMut(AuditRecord) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    may_read(permit)?;
    let sql = "SELECT sequence, body, hash FROM audit WHERE sequence >= $1 ORDER BY sequence";
    connection.each(sql, &values![from], |row| take(record(&row)))
}

pub(crate) fn record(row: &crate::Row) -> AuditRecord {
    AuditRecord { sequence: row.integer(0), body: row.text(1), hash: row.bytes(2) }
}

/// Records are of everything, and tell of everything: whoever is limited to applications reads none.
pub(crate) fn may_read(permit: &Permit) -> Result<(), StoreError> {
    crate::permitted::require(permit, Area::Audit, Action::Read)
}

/// The hash of a record behind another.
pub fn chain(before: &[u8], sequence: i64, body: &str) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(&sequence.to_be_bytes());
    context.update(body.as_bytes());
    context.finish().as_ref().to_vec()
}
