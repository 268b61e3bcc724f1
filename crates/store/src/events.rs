//! What happened, for live views and notifications: what changed, not how it is now.

use policy::access::{Permit, Reach};
use serde::{Deserialize, Serialize};

use crate::filtering::Conditions;
use crate::{Connection, Row, StoreError, images, values};

/// What is told to the targets of notifications, too. The catalogs have a sentence for each as `event.<topic>`.
pub const TOPICS: &[&str] = &[
    "image.registered",
    IMAGE_REMOVED,
    "verdict.changed",
    "tag.moved",
    "exception.requested",
    "exception.approved",
    "exception.refused",
    "exception.withdrawn",
    "exception.expired",
    "exception.ends_soon",
    "finding.acknowledged",
    "token.orphaned",
    "job.failed",
];

/// What live views alone are told: it passes by itself, and nobody is to be woken for it.
pub const PASSING: &[&str] = &[
    "job.queued",
    "job.started",
    "job.finished",
    "job.cancelled",
    REGISTRY_LISTED,
    RESCAN_REQUESTED,
    RESCAN_ENDED,
    UNACKNOWLEDGED,
];

/// A registry was listed, or could not be: when it was listed last, why that failed and its risks may be others.
pub(crate) const REGISTRY_LISTED: &str = "registry.listed";

/// Somebody asked for an image to be fetched and read anew. `by` and `by_id` are their name and id, where they may be known.
pub const RESCAN_REQUESTED: &str = "image.rescan_requested";

/// A scan of an image that a person waited for has ended, well or badly. Where the decision stays as it was, nothing else
/// tells so.
pub const RESCAN_ENDED: &str = "image.rescan_ended";

/// An acknowledgement was taken back.
pub const UNACKNOWLEDGED: &str = "finding.unacknowledged";

/// An image is gone. Who may be told of it is kept with the event, as nothing else tells it any more.
pub(crate) const IMAGE_REMOVED: &str = "image.removed";

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

/// Of these events, the ones whose object a permit reaches, as they may be told with it. What belongs to no application is
/// for those who reach everything. `reader` is the id of the user or token with that permit: what they did themselves is told
/// as theirs.
///
/// # Errors
/// When the database fails.
pub fn within_reach(
    connection: &mut Connection,
    permit: &Permit,
    reader: &str,
    event: Event,
) -> Result<Option<Event>, StoreError> {
    if permit.covers_everything() {
        return Ok(Some(event));
    }
    match event.object.as_str() {
        "image" if event.topic == IMAGE_REMOVED => match was_reached(connection, permit, event.id)? {
            None => Ok(None),
            Some(name) => {
                let mut event = event;
                if let Some(name) = name {
                    event.parameters.insert("name".to_owned(), name.into());
                }
                Ok(Some(event))
            }
        },
        "image" => match images::by_digest(connection, permit, &event.object_id) {
            Ok(image) => by_known_names(connection, permit, reader, &image, event),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        },
        "exception" => {
            let mut conditions = Conditions::default();
            let own = conditions.bind(&event.object_id);
            conditions.add(format!("t.id = {own}"));
            crate::exceptions::keep_to(&mut conditions, permit);
            let (sql, parameters) = conditions.finish();
            let found = connection.row(&format!("SELECT 1 FROM exceptions t WHERE {sql}"), &parameters)?;
            Ok(found.map(|_| event))
        }
        _ => Ok(None),
    }
}

/// Whether an event is of a job that has the rights of `owner` (`user/0190…`): it is theirs to see, whatever else they may.
///
/// # Errors
/// When the database fails.
pub fn is_of_owner(connection: &mut Connection, owner: &str, event: &Event) -> Result<bool, StoreError> {
    // Jobs with somebody's rights are of no registry.
    let is_own = event.object == "job" && event.parameters.get("registry").is_some_and(|registry| registry == "");
    if !is_own {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM jobs WHERE id = $1 AND owner = $2";
    Ok(connection.row(sql, &values![&event.object_id, owner])?.is_some())
}

/// An event of an image as it is told to whoever knows some of its names: what is about another name is not for them.
fn by_known_names(
    connection: &mut Connection,
    permit: &Permit,
    reader: &str,
    image: &images::Image,
    event: Event,
) -> Result<Option<Event>, StoreError> {
    let known = images::known_names(connection, permit, image.id)?;
    let mut event = event;
    if event.topic == "tag.moved" {
        let name = event.parameters.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
        if !known.is_whole && !known.names.iter().any(|named| named.name.text(&image.digest) == name) {
            return Ok(None);
        }
        // A tag moves from one image to another, and the other may be somebody else's.
        let former = event.parameters.get("from").and_then(serde_json::Value::as_str).map(str::to_owned);
        if let Some(former) = former
            && !is_reached(connection, permit, &former)?
        {
            event.parameters.remove("from");
        }
        return Ok(Some(event));
    }
    if !known.is_whole {
        // Where it was acknowledged is not told, and may be a repository of others.
        if event.topic == "finding.acknowledged" || event.topic == UNACKNOWLEDGED {
            return Ok(None);
        }
        // Whoever else wants it scanned may be of the other application.
        let by = event.parameters.get("by_id").and_then(serde_json::Value::as_str);
        if event.topic == RESCAN_REQUESTED && by != Some(reader) {
            event.parameters.remove("by");
            event.parameters.remove("by_id");
        }
        if event.parameters.contains_key("name") {
            event.parameters.insert("name".to_owned(), image.name.clone().into());
        }
    }
    Ok(Some(event))
}

/// The application scopes that an image belongs to, as they are kept with the event of its removal: each with its version, and
/// with the name that the image had there, where it had names that are not within.
pub(crate) fn reach_of_image(connection: &mut Connection, image_id: i64) -> Result<String, StoreError> {
    let sql = "SELECT s.id, s.version, m.is_whole, m.name FROM scope_images m JOIN scopes s ON s.id = m.scope_id
        WHERE m.image_id = $1 ORDER BY s.id";
    let rows = connection.rows(sql, &values![image_id])?;
    let scope = |row: &Row| match row.truth(2) {
        true => format!("{}={}", row.text(0), row.integer(1)),
        // Names of images have neither sign; what a registry calls one makes no entry of its own.
        false => format!("{}={}={}", row.text(0), row.integer(1), row.text(3).replace([',', '='], "_")),
    };
    Ok(rows.iter().map(scope).collect::<Vec<_>>().join(","))
}

/// Keeps with an event who may be told of it.
pub(crate) fn note_reach(connection: &mut Connection, id: i64, reach: &str) -> Result<(), StoreError> {
    if !reach.is_empty() {
        connection.execute("UPDATE events SET reach = $1 WHERE id = $2", &values![reach, id])?;
    }
    Ok(())
}

/// Whether the object of an event belonged to an application of a permit, by what that application is still: nobody sees by
/// a former definition. With it comes the name that it had there, unless all of its names were known there.
fn was_reached(
    connection: &mut Connection,
    permit: &Permit,
    event_id: i64,
) -> Result<Option<Option<String>>, StoreError> {
    let Reach::Scopes(scopes) = permit.reach() else { return Ok(Some(None)) };
    let reach = connection.row("SELECT reach FROM events WHERE id = $1", &values![event_id])?;
    let reach = reach.map_or_else(String::new, |row| row.text(0));
    let mut found = None;
    for (scope, version) in reach.split(',').filter_map(|entry| entry.split_once('=')) {
        let sql = "SELECT 1 FROM scopes WHERE id = $1 AND version = $2";
        let (version, name) = match version.split_once('=') {
            Some((version, name)) => (version, Some(name.to_owned())),
            None => (version, None),
        };
        let version: i64 = version.parse().unwrap_or_default();
        if scopes.contains(scope) && connection.row(sql, &values![scope, version])?.is_some() {
            if name.is_none() {
                return Ok(Some(None));
            }
            found = Some(name);
        }
    }
    Ok(found)
}

fn is_reached(connection: &mut Connection, permit: &Permit, digest: &str) -> Result<bool, StoreError> {
    let mut conditions = Conditions::default();
    let own = conditions.bind(digest);
    conditions.add(format!("i.digest = {own}"));
    conditions.keep_to(permit, "i.id");
    let (sql, parameters) = conditions.finish();
    Ok(connection.row(&format!("SELECT 1 FROM images i WHERE {sql}"), &parameters)?.is_some())
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
