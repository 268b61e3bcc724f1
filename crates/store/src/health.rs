//! What is wrong somewhere, and since when.

use policy::access::{Action, Area, Permit};

use crate::permitted::require;
use crate::{Connection, StoreError};

/// The most images of the queue that are counted.
const MOST_COUNTED: i64 = 10_000;

/// How many images wait to be judged again, up to 10,000.
///
/// # Errors
/// When the database fails.
pub fn queued(connection: &mut Connection) -> Result<i64, StoreError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM evaluation_queue LIMIT {MOST_COUNTED}) q");
    Ok(connection.row(&sql, &[])?.map_or(0, |row| row.integer(0)))
}

/// Since when the job waits that waits the longest; none where none does.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn waiting_since(connection: &mut Connection, permit: &Permit) -> Result<Option<i64>, StoreError> {
    require(permit, Area::Jobs, Action::Read)?;
    // A job that failed waits on purpose until then, and so do those of a registry that rests.
    let sql = "SELECT CASE WHEN r.rests_until > j.not_before THEN r.rests_until ELSE j.not_before END
        FROM jobs j LEFT JOIN registries r ON r.id = j.registry_id WHERE j.state = 'waiting' ORDER BY j.id LIMIT 1";
    Ok(connection.row(sql, &[])?.map(|row| row.integer(0)))
}

/// When the registry that fails the longest was last listed; none where none fails.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn failing_since(connection: &mut Connection, permit: &Permit) -> Result<Option<i64>, StoreError> {
    require(permit, Area::Registries, Action::Read)?;
    let sql = "SELECT min(last_listed) FROM registries WHERE failure IS NOT NULL";
    Ok(connection.row(sql, &[])?.and_then(|row| row.optional_integer(0)))
}

/// How many targets of notifications did not get their last message, and since when the first of them.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn undelivered(connection: &mut Connection, permit: &Permit) -> Result<(i64, Option<i64>), StoreError> {
    require(permit, Area::Integrations, Action::Read)?;
    let sql = "SELECT count(*), min(failed) FROM integrations
        WHERE is_enabled = 1 AND failed IS NOT NULL AND (delivered IS NULL OR delivered < failed)";
    let row = connection.row(sql, &[])?;
    Ok(row.map_or((0, None), |row| (row.integer(0), row.optional_integer(1))))
}
