//! How far the evaluation of stored images has come, so that it goes on where it was after a restart.
//!
//! Two ways lead to an evaluation: a pass over all images, in the order of their numbers, where policies, exceptions or
//! approvals changed; and a queue of single images, where a change is known to touch only these. One server at a time does
//! either, by a lease.

use std::collections::BTreeSet;

use crate::images::{ImageName, keep_in_scope};
use crate::{Connection, Row, StoreError, values};

/// How far the evaluation has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Counts the changes of what images are judged by.
    pub wanted: i64,
    /// The number of changes that all images are judged by.
    pub done: i64,
    /// The number that the pass under way judges by; that of `done` where there is none.
    pub running: i64,
    /// Images up to this number are done in the pass.
    pub cursor: i64,
    /// Why the pass runs.
    pub cause: String,
    /// The fingerprint of the intelligence that all images are, or are about to be, judged by.
    pub intelligence: String,
    /// When the last pass ended.
    pub finished: i64,
}

/// Reads how far it has come.
///
/// # Errors
/// When the database fails.
pub fn progress(connection: &mut Connection) -> Result<Progress, StoreError> {
    let sql = "SELECT wanted, done, running, cursor, cause, intelligence, finished FROM evaluation WHERE id = 1";
    let row = connection.row(sql, &[])?;
    let row = row.ok_or(StoreError::Damaged { place: "evaluation", problem: "it is empty".to_owned() })?;
    Ok(Progress {
        wanted: row.integer(0),
        done: row.integer(1),
        running: row.integer(2),
        cursor: row.integer(3),
        cause: row.text(4),
        intelligence: row.text(5),
        finished: row.integer(6),
    })
}

/// Asks for a pass over all images, in the transaction of the change that makes it necessary.
///
/// # Errors
/// When the database fails.
pub fn want(connection: &mut Connection, cause: &str) -> Result<(), StoreError> {
    connection.execute("UPDATE evaluation SET wanted = wanted + 1, cause = $1 WHERE id = 1", &values![cause])?;
    Ok(())
}

/// Takes the lease, or prolongs it; `false` where another server has it.
///
/// # Errors
/// When the database fails.
pub fn lease(connection: &mut Connection, owner: &str, now: i64, until: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE evaluation SET owner = $1, until = $2 WHERE id = 1 AND (owner = $1 OR until <= $3)";
    Ok(connection.execute(sql, &values![owner, until, now])? == 1)
}

/// Takes the lease from whoever has it: for the only server of a database, which finds that of its former self.
///
/// # Errors
/// When the database fails.
pub fn free(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE evaluation SET owner = '', until = 0 WHERE id = 1", &[])?;
    Ok(())
}

/// Whether somebody has the lease beyond a time: an idle server has nothing to write then.
///
/// # Errors
/// When the database fails.
pub fn has_lease(connection: &mut Connection, owner: &str, beyond: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM evaluation WHERE id = 1 AND owner = $1 AND until > $2";
    Ok(connection.row(sql, &values![owner, beyond])?.is_some())
}

/// Whether the lease is still one's own, in the transaction that writes what it is for: nobody takes it before that ends.
///
/// # Errors
/// When the database fails.
pub fn holds_lease(connection: &mut Connection, owner: &str) -> Result<bool, StoreError> {
    let lock = if connection.is_sqlite() { "" } else { " FOR SHARE" };
    let sql = format!("SELECT 1 FROM evaluation WHERE id = 1 AND owner = $1{lock}");
    Ok(connection.row(&sql, &values![owner])?.is_some())
}

/// Begins a pass for all changes so far.
///
/// # Errors
/// When the database fails.
pub fn begin(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE evaluation SET running = wanted, cursor = 0 WHERE id = 1", &[])?;
    Ok(())
}

/// Notes that images up to this number are done.
///
/// # Errors
/// When the database fails.
pub fn advance(connection: &mut Connection, cursor: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE evaluation SET cursor = $1 WHERE id = 1", &values![cursor])?;
    Ok(())
}

/// Ends a pass.
///
/// # Errors
/// When the database fails.
pub fn finish(connection: &mut Connection, now: i64) -> Result<(), StoreError> {
    let sql = "UPDATE evaluation SET done = running, cursor = 0, finished = $1 WHERE id = 1";
    connection.execute(sql, &values![now])?;
    Ok(())
}

/// Notes the intelligence that what is queued or wanted in the same transaction makes true.
///
/// # Errors
/// When the database fails.
pub fn note_intelligence(connection: &mut Connection, fingerprint: &str) -> Result<(), StoreError> {
    connection.execute("UPDATE evaluation SET intelligence = $1 WHERE id = 1", &values![fingerprint])?;
    Ok(())
}

/// An image of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its number.
    pub image_id: i64,
    /// Its digest.
    pub digest: String,
    /// Why it is judged.
    pub cause: String,
    /// How often it had been put into the queue when it was read.
    pub asked: i64,
}

/// What stands behind a row that comes into the queue: one that is in it stays there where it is being judged.
pub(crate) const AGAIN: &str = "ON CONFLICT (image_id) DO UPDATE SET asked = evaluation_queue.asked + 1";

/// Queues one image.
///
/// # Errors
/// When the database fails.
pub fn queue(connection: &mut Connection, image_id: i64, cause: &str) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO evaluation_queue (image_id, cause) VALUES ($1, $2) {AGAIN}");
    connection.execute(&sql, &values![image_id, cause])?;
    Ok(())
}

/// Queues the image of a digest, if there is one.
///
/// # Errors
/// When the database fails.
pub fn queue_digest(connection: &mut Connection, digest: &str, cause: &str) -> Result<(), StoreError> {
    let sql =
        format!("INSERT INTO evaluation_queue (image_id, cause) SELECT id, $2 FROM images WHERE digest = $1 {AGAIN}");
    connection.execute(&sql, &values![digest, cause])?;
    Ok(())
}

/// Queues every image that has a name in a repository.
///
/// # Errors
/// When the database fails.
pub fn queue_repository(
    connection: &mut Connection,
    registry: &str,
    repository: &str,
    cause: &str,
) -> Result<(), StoreError> {
    connection.execute(
        &format!(
            "INSERT INTO evaluation_queue (image_id, cause)
             SELECT DISTINCT image_id, $3 FROM image_names WHERE registry = $1 AND repository = $2 {AGAIN}"
        ),
        &values![registry, repository, cause],
    )?;
    Ok(())
}

/// The next images of the queue.
///
/// # Errors
/// When the database fails.
pub fn queued(connection: &mut Connection, limit: u32) -> Result<Vec<Queued>, StoreError> {
    let sql = "SELECT q.image_id, i.digest, q.cause, q.asked FROM evaluation_queue q JOIN images i ON i.id = q.image_id
        WHERE q.image_id > $1 ORDER BY q.image_id LIMIT $2";
    let rows = connection.rows(sql, &values![i64::MIN, i64::from(limit)])?;
    let queued =
        |row: &Row| Queued { image_id: row.integer(0), digest: row.text(1), cause: row.text(2), asked: row.integer(3) };
    Ok(rows.iter().map(queued).collect())
}

/// Takes an image out of the queue, unless it was put there again since it was read: it may have been judged by what held
/// before.
///
/// # Errors
/// When the database fails.
pub fn dequeue(connection: &mut Connection, queued: &Queued) -> Result<(), StoreError> {
    let sql = "DELETE FROM evaluation_queue WHERE image_id = $1 AND asked = $2";
    connection.execute(sql, &values![queued.image_id, queued.asked])?;
    Ok(())
}

/// The scopes whose images are not all found by their present definition, with the number that has been reached; scopes
/// that are gone lose their images here.
///
/// # Errors
/// When the database fails.
pub fn unmarked_scopes(connection: &mut Connection) -> Result<Vec<(String, i64, i64)>, StoreError> {
    let rows = connection.rows(
        "SELECT s.id, s.version, CASE WHEN m.version = s.version AND m.has_names = 1 THEN m.cursor ELSE 0 END
         FROM scopes s LEFT JOIN scope_marks m ON m.scope_id = s.id
         WHERE m.scope_id IS NULL OR m.version <> s.version OR m.is_done = 0 OR m.has_names = 0 ORDER BY s.id",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.text(0), row.integer(1), row.integer(2))).collect())
}

/// Notes how far the images of a scope are found. `step` has the images up to the number `cursor`, each with the names by
/// which it belongs to the scope, where it does.
///
/// # Errors
/// When the scope has changed meanwhile, or the database fails.
pub fn mark_scope(
    connection: &mut Connection,
    scope_id: &str,
    version: i64,
    step: &[(i64, Option<BTreeSet<ImageName>>)],
    cursor: i64,
    is_done: bool,
) -> Result<(), StoreError> {
    let row = connection.row("SELECT version FROM scopes WHERE id = $1", &values![scope_id])?;
    if row.is_none_or(|row| row.integer(0) != version) {
        return Err(StoreError::Changed { what: "scope" });
    }
    for (image_id, within) in step {
        keep_in_scope(connection, scope_id, *image_id, within.as_ref())?;
    }
    connection.execute(
        "INSERT INTO scope_marks (scope_id, version, cursor, is_done, has_names) VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (scope_id) DO UPDATE SET version = $2, cursor = $3, is_done = $4, has_names = 1",
        &values![scope_id, version, cursor, is_done],
    )?;
    Ok(())
}

/// Forgets which images belong to a scope, in the transaction that changes it: nobody sees by the former definition.
///
/// # Errors
/// When the database fails.
pub fn forget_scope(connection: &mut Connection, scope_id: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM scope_images WHERE scope_id = $1", &values![scope_id])?;
    connection.execute("DELETE FROM scope_marks WHERE scope_id = $1", &values![scope_id])?;
    Ok(())
}
