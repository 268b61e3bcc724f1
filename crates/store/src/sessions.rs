//! Sessions of people at the console: an opaque secret in a cookie, of which the store knows the hash.

use crate::{Connection, Row, StoreError, values};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, which is no secret.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// When it began, in microseconds since 1970.
    pub created: i64,
    /// When it was last used; kept to the minute.
    pub last_seen: i64,
    /// When it ends, used or not.
    pub expires: i64,
    /// The address that it was begun from.
    pub address: String,
    /// The program that it was begun with.
    pub user_agent: String,
    /// When its person last gave the password.
    pub confirmed: i64,
}

const COLUMNS: &str = "id, user_id, created, last_seen, expires, address, user_agent, confirmed";

fn session(row: &Row) -> Session {
    Session {
        id: row.text(0),
        user_id: row.text(1),
        created: row.integer(2),
        last_seen: row.integer(3),
        expires: row.integer(4),
        address: row.text(5),
        user_agent: row.text(6),
        confirmed: row.integer(7),
    }
}

/// The session of a secret (its SHA-256), whether it has ended or not.
///
/// # Errors
/// When the database fails.
pub fn by_secret(connection: &mut Connection, secret: &[u8]) -> Result<Option<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE secret = $1");
    Ok(connection.row(&sql, &values![secret])?.as_ref().map(session))
}

/// Begins a session.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut Connection, session: &Session, secret: &[u8]) -> Result<(), StoreError> {
    connection.execute(
        &format!("INSERT INTO sessions ({COLUMNS}, secret) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        &values![
            &session.id,
            &session.user_id,
            session.created,
            session.last_seen,
            session.expires,
            &session.address,
            &session.user_agent,
            session.confirmed,
            secret
        ],
    )?;
    Ok(())
}

/// Notes that a session was used.
///
/// # Errors
/// When the database fails.
pub fn touch(connection: &mut Connection, id: &str, now: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE sessions SET last_seen = $1 WHERE id = $2", &values![now, id])?;
    Ok(())
}

/// Notes that the person of a session gave the password again.
///
/// # Errors
/// When the database fails.
pub fn confirm(connection: &mut Connection, id: &str, now: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE sessions SET confirmed = $1 WHERE id = $2", &values![now, id])?;
    Ok(())
}

/// The sessions of a user, the last used first.
///
/// # Errors
/// When the database fails.
pub fn of_user(connection: &mut Connection, user_id: &str) -> Result<Vec<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE user_id = $1 ORDER BY last_seen DESC LIMIT 1000");
    Ok(connection.rows(&sql, &values![user_id])?.iter().map(session).collect())
}

/// Ends a session of a user.
///
/// # Errors
/// When the user has no such session, or the database fails.
pub fn end(connection: &mut Connection, user_id: &str, id: &str) -> Result<(), StoreError> {
    match connection.execute("DELETE FROM sessions WHERE id = $1 AND user_id = $2", &values![id, user_id])? {
        0 => Err(StoreError::NotFound { what: "session" }),
        _ => Ok(()),
    }
}

/// Ends all sessions of a user but one, and tells how many.
///
/// # Errors
/// When the database fails.
pub fn end_others(connection: &mut Connection, user_id: &str, kept: Option<&str>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
    connection.execute(sql, &values![user_id, kept.unwrap_or_default()])
}

/// Removes sessions that have ended, in steps of at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn remove_ended(connection: &mut Connection, now: i64, idle_since: i64, limit: u32) -> Result<u64, StoreError> {
    let sql =
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires < $1 OR last_seen < $2 LIMIT $3)";
    connection.execute(sql, &values![now, idle_since, i64::from(limit)])
}
