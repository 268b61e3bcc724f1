//! Which images may go, and how they do: a few at a time, each step with records in the trail that name the digests.
//!
//! An image is seen when it is registered or its verdict is asked for, which whoever starts containers does, or when a
//! registry still lists its digest. An approved digest counts as seen. All of it is known to the day.

use super::write::{Removal, forget};
use crate::audit::{self, Actor, AuditEntry, Outcome};
use crate::{Connection, StoreError, values};

/// The most images that one step looks at: each that goes takes some hundred rows with it.
pub const MOST_LOOKED_AT_ONCE: u32 = 50;

/// The most images that one record of the trail names: a record stays short enough to be read.
const MOST_IN_A_RECORD: usize = 20;

/// An image is noted as seen once in this time, in microseconds: reading shall not write.
pub const SEEN_STEP: i64 = 24 * 3600 * 1_000_000;

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<P> {
    /// How many images it removed.
    pub removed: u64,
    /// Where the next step begins; none where all was looked at.
    pub next: Option<P>,
}

/// A place in a walk over the repositories: registry, repository, and the number of the image looked at last.
pub type RepositoryPlace = (String, String, i64);

/// Whether it is time to note that an image was seen.
///
/// # Errors
/// When the database fails.
pub fn is_seen_due(connection: &mut Connection, digest: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM images WHERE digest = $1 AND seen <= $2";
    Ok(connection.row(sql, &values![digest, now - SEEN_STEP])?.is_some())
}

/// Notes that an image was seen.
///
/// # Errors
/// When the database fails.
pub fn note_seen(connection: &mut Connection, digest: &str, now: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE images SET seen = $1 WHERE digest = $2 AND seen < $1", &values![now, digest])?;
    Ok(())
}

/// Removes images that were not seen since a time and are not approved, of the next [`MOST_LOOKED_AT_ONCE`].
///
/// # Errors
/// When the database fails.
pub fn remove_unseen(connection: &mut Connection, before: i64, now: i64) -> Result<Step<()>, StoreError> {
    let sql = "SELECT id, digest, name FROM images WHERE seen < $1 ORDER BY seen, id LIMIT $2";
    let rows = connection.rows(sql, &values![before, i64::from(MOST_LOOKED_AT_ONCE)])?;
    let mut removed = Vec::new();
    for row in &rows {
        let (id, digest) = (row.integer(0), row.text(1));
        let listed = connection.row("SELECT max(seen) FROM registry_tags WHERE digest = $1", &values![&digest])?;
        let listed = listed.map_or(0, |row| row.integer(0));
        let seen = if is_approved(connection, &digest)? { now } else { listed };
        match seen >= before {
            // It is not looked at again before its time has come once more.
            true => note_seen(connection, &digest, seen)?,
            false => {
                forget(connection, id, Removal::Unseen, now)?;
                removed.push((digest, row.text(2)));
            }
        }
    }
    let is_full = rows.len() == MOST_LOOKED_AT_ONCE as usize;
    let count = tell(connection, &removed, "unseen", now)?;
    Ok(Step { removed: count, next: is_full.then_some(()) })
}

/// Removes images that are not among the newest `keep` of any repository that they have a name in, were not seen since a
/// time and are not approved: the next [`MOST_LOOKED_AT_ONCE`] images of one repository are looked at.
///
/// # Errors
/// When the database fails.
pub fn remove_beyond_newest(
    connection: &mut Connection,
    keep: u32,
    before: i64,
    place: Option<&RepositoryPlace>,
    now: i64,
) -> Result<Step<RepositoryPlace>, StoreError> {
    let (registry, repository, from) = match place {
        Some((registry, repository, id)) if *id > 0 => (registry.clone(), repository.clone(), *id),
        place => {
            let (registry, repository) = place.map_or(("", ""), |(registry, repository, _)| (registry, repository));
            let sql = "SELECT registry, repository FROM image_names WHERE (registry, repository) > ($1, $2)
                ORDER BY registry, repository LIMIT 1";
            let Some(row) = connection.row(sql, &values![registry, repository])? else {
                return Ok(Step { removed: 0, next: None });
            };
            let (registry, repository) = (row.text(0), row.text(1));
            match oldest_kept(connection, &registry, &repository, keep)? {
                Some(id) => (registry, repository, id),
                None => return Ok(Step { removed: 0, next: Some((registry, repository, 0)) }),
            }
        }
    };
    let sql = "SELECT DISTINCT image_id FROM image_names WHERE registry = $1 AND repository = $2 AND image_id < $3
        ORDER BY image_id DESC LIMIT $4";
    let rows = connection.rows(sql, &values![&registry, &repository, from, i64::from(MOST_LOOKED_AT_ONCE)])?;
    let mut removed = Vec::new();
    for row in &rows {
        let id = row.integer(0);
        let image =
            connection.row("SELECT digest, name FROM images WHERE id = $1 AND seen < $2", &values![id, before])?;
        let Some(image) = image else { continue };
        if !is_approved(connection, &image.text(0))? && !is_among_newest(connection, id, keep)? {
            forget(connection, id, Removal::Older, now)?;
            removed.push((image.text(0), image.text(1)));
        }
    }
    let count = tell(connection, &removed, "beyond the newest", now)?;
    let last = match rows.len() == MOST_LOOKED_AT_ONCE as usize {
        true => rows.last().map_or(0, |row| row.integer(0)),
        false => 0,
    };
    Ok(Step { removed: count, next: Some((registry, repository, last)) })
}

/// The number of the oldest image of a repository that is kept; none where it has no more than are kept.
fn oldest_kept(
    connection: &mut Connection,
    registry: &str,
    repository: &str,
    keep: u32,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT count(*), min(image_id) FROM (SELECT DISTINCT image_id FROM image_names
        WHERE registry = $1 AND repository = $2 ORDER BY image_id DESC LIMIT $3) newest";
    let row = connection.row(sql, &values![registry, repository, i64::from(keep)])?;
    Ok(row.filter(|row| row.integer(0) == i64::from(keep)).map(|row| row.integer(1)))
}

/// Whether an image is among the newest of a repository that it has a name in.
fn is_among_newest(connection: &mut Connection, id: i64, keep: u32) -> Result<bool, StoreError> {
    let sql = "SELECT DISTINCT registry, repository FROM image_names WHERE image_id = $1";
    for row in connection.rows(sql, &values![id])? {
        let oldest = oldest_kept(connection, &row.text(0), &row.text(1), keep)?;
        if oldest.is_none_or(|oldest| id >= oldest) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn is_approved(connection: &mut Connection, digest: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM approved_digests WHERE digest = $1 UNION ALL
         SELECT 1 FROM platform_images p JOIN approved_digests a ON a.digest = p.index_digest
         WHERE p.image_digest = $1 LIMIT 1";
    Ok(connection.row(sql, &values![digest])?.is_some())
}

/// Appends the records of a step that removed images, given by digest and name: as many as it takes to name all of them.
fn tell(connection: &mut Connection, removed: &[(String, String)], cause: &str, now: i64) -> Result<u64, StoreError> {
    for named in removed.chunks(MOST_IN_A_RECORD) {
        let images: Vec<serde_json::Value> =
            named.iter().map(|(digest, name)| serde_json::json!({ "digest": digest, "name": name })).collect();
        let entry = AuditEntry {
            at: now,
            actor: Actor::server(),
            action: "image.retain".to_owned(),
            object: "image".to_owned(),
            object_id: String::new(),
            object_name: String::new(),
            outcome: Outcome::Done,
            before: Some(serde_json::json!({ "images": images })),
            after: Some(serde_json::json!({ "removed": named.len(), "cause": cause })),
        };
        audit::append(connection, &entry)?;
    }
    Ok(u64::try_from(removed.len()).unwrap_or(u64::MAX))
}

/// Removes packages that no image has any more, of the next `limit` behind a number, and tells where the next step begins.
///
/// # Errors
/// When the database fails.
pub fn remove_unused_packages(connection: &mut Connection, behind: i64, limit: u32) -> Result<Step<i64>, StoreError> {
    // A query for one value, which is run for one package after another: `EXISTS` may be turned into one over all.
    let sql = "SELECT id, (SELECT 1 FROM image_packages r WHERE r.package_id = p.id LIMIT 1) FROM packages p
        WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = connection.rows(sql, &values![behind, i64::from(limit)])?;
    let mut removed = 0;
    for row in rows.iter().filter(|row| !row.truth(1)) {
        let sql = "DELETE FROM packages WHERE id = $1
            AND NOT EXISTS (SELECT 1 FROM image_packages r WHERE r.package_id = packages.id)";
        removed += connection.execute(sql, &values![row.integer(0)])?;
    }
    let is_full = rows.len() == limit as usize;
    Ok(Step { removed, next: rows.last().filter(|_| is_full).map(|row| row.integer(0)) })
}

/// Removes vulnerabilities that no image has any more, of the next `limit` behind an id, and tells where the next step
/// begins.
///
/// # Errors
/// When the database fails.
pub fn remove_unused_vulnerabilities(
    connection: &mut Connection,
    behind: &str,
    limit: u32,
) -> Result<Step<String>, StoreError> {
    let found = "SELECT 1 FROM findings r WHERE r.kind = 'vulnerability' AND r.finding = vulnerabilities.id";
    let sql = format!("SELECT id, ({found} LIMIT 1) FROM vulnerabilities WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = connection.rows(&sql, &values![behind, i64::from(limit)])?;
    let mut removed = 0;
    for row in rows.iter().filter(|row| !row.truth(1)) {
        // Whoever writes findings locks this row first: what they write is seen behind the lock.
        if !connection.is_sqlite() {
            connection.rows("SELECT 1 FROM vulnerabilities WHERE id = $1 FOR UPDATE", &values![row.text(0)])?;
        }
        let sql = format!("DELETE FROM vulnerabilities WHERE id = $1 AND NOT EXISTS ({found})");
        removed += connection.execute(&sql, &values![row.text(0)])?;
    }
    let is_full = rows.len() == limit as usize;
    Ok(Step { removed, next: rows.last().filter(|_| is_full).map(|row| row.text(0)) })
}

#[cfg(test)]
mod tests;
