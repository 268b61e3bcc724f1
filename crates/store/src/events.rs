//! What happened, for live views and notifications: what changed, not how it is now.

use serde::{Deserialize, Serialize};

use crate::{Connection, Row, StoreError, values};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What sort of thing it was: `image.verdict`. What stands before the first `.` names the area.
    pub topic: String,
    /// The sort of object: `image`.
    pub object: String,
    /// Which one.
    pub object_id: String,
    /// The values of its sentence, by name.
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

/// Stores an event, and gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut Connection, event: &Event) -> Result<i64, StoreError> {
    let parameters = serde_json::Value::Object(event.parameters.clone()).to_string();
    let sql = "INSERT INTO events (at, topic, object, object_id, parameters) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let row = connection.row(sql, &values![event.at, &event.topic, &event.object, &event.object_id, parameters])?;
    Ok(row.map_or(0, |row| row.integer(0)))
}

/// The events behind a number, the oldest first.
///
/// # Errors
/// When the database fails.
pub fn behind(connection: &mut Connection, after: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let sql = "SELECT id, at, topic, object, object_id, parameters FROM events WHERE id > $1 ORDER BY id LIMIT $2";
    connection.rows(sql, &values![after, i64::from(limit)])?.iter().map(event).collect()
}

/// The number of the last event and of the oldest that is kept; 0 where there is none.
///
/// # Errors
/// When the database fails.
pub fn bounds(connection: &mut Connection) -> Result<(i64, i64), StoreError> {
    let end = |connection: &mut Connection, order: &str| {
        let sql = format!("SELECT id FROM events WHERE id > $1 ORDER BY id {order} LIMIT 1");
        Ok::<_, StoreError>(connection.row(&sql, &values![0])?.map_or(0, |row| row.integer(0)))
    };
    let (first, last) = (end(connection, "ASC")?, end(connection, "DESC")?);
    Ok((first, last))
}

/// Removes events from before a time, in steps of at most `limit`, and tells how many.
///
/// # Errors
/// When the database fails.
pub fn remove_older(connection: &mut Connection, before: i64, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < $1 ORDER BY at, id LIMIT $2)";
    connection.execute(sql, &values![before, i64::from(limit)])
}

fn event(row: &Row) -> Result<Event, StoreError> {
    let damaged =
        |error: serde_json::Error| StoreError::Damaged { place: "events.parameters", problem: error.to_string() };
    Ok(Event {
        id: row.integer(0),
        at: row.integer(1),
        topic: row.text(2),
        object: row.text(3),
        object_id: row.text(4),
        parameters: serde_json::from_str(&row.text(5)).map_err(damaged)?,
    })
}
