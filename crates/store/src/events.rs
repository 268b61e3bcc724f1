//! Events: what others want to be told. They are written in the transaction of what they tell.

use crate::{Connection, StoreError, values};

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number: later ones have greater ones.
    pub id: i64,
    /// When.
    pub at: i64,
    /// What: `verdict.changed`, `tag.moved`, `exception.expired`.
    pub topic: String,
    /// What sort of object it is about.
    pub object: String,
    /// Which one.
    pub object_id: String,
    /// Its values, JSON.
    pub parameters: String,
}

/// Appends an event.
///
/// # Errors
/// When the database fails.
pub fn append(
    connection: &mut Connection,
    at: i64,
    topic: &str,
    object: &str,
    object_id: &str,
    parameters: &serde_json::Value,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO events (at, topic, object, object_id, parameters) VALUES ($1, $2, $3, $4, $5)",
        &values![at, topic, object, object_id, parameters.to_string()],
    )?;
    Ok(())
}

/// The events behind a number, the oldest first, for whoever hands them on.
///
/// # Errors
/// When the database fails.
pub fn behind(connection: &mut Connection, id: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let sql = "SELECT id, at, topic, object, object_id, parameters FROM events WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = connection.rows(sql, &values![id, i64::from(limit)])?;
    Ok(rows
        .iter()
        .map(|row| Event {
            id: row.integer(0),
            at: row.integer(1),
            topic: row.text(2),
            object: row.text(3),
            object_id: row.text(4),
            parameters: row.text(5),
        })
        .collect())
}
