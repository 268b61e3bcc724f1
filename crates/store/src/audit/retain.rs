//! Old records leave the trail only so: from its beginning, in small steps, each told by a record of its own, and what the
//! oldest record that is left follows stays known.

use super::{Actor, AuditEntry, Outcome, append};
use crate::{Connection, StoreError, values};

/// The most records that one step removes.
pub const MOST_REMOVED_AT_ONCE: u32 = 2000;

/// The action of the record that tells of a removal.
pub(super) const ACTION: &str = "audit.retain";

/// Removes the records from before a time, at most [`MOST_REMOVED_AT_ONCE`] of them, and tells how many. The last record
/// always stays.
///
/// # Errors
/// When the database fails.
pub fn remove_older(connection: &mut Connection, before: i64, now: i64) -> Result<u64, StoreError> {
    // Another server may be at it too: the beginning is read once nobody else moves it.
    let (last, _) = super::locked_head(connection)?;
    let base = connection.row("SELECT base FROM audit_head WHERE id = 1", &[])?.map_or(0, |row| row.integer(0));
    let sql = "SELECT sequence, at, hash FROM audit WHERE sequence > $1 AND sequence < $2 ORDER BY sequence LIMIT $3";
    let rows = connection.rows(sql, &values![base, last, i64::from(MOST_REMOVED_AT_ONCE)])?;
    let Some(newest) = rows.iter().take_while(|row| row.integer(1) < before).last() else { return Ok(0) };
    let (until, hash) = (newest.integer(0), newest.bytes(2));
    let removed = connection.execute("DELETE FROM audit WHERE sequence <= $1", &values![until])?;
    let move_base = "UPDATE audit_head SET base = $1, base_hash = $2 WHERE id = 1";
    connection.execute(move_base, &values![until, &hash])?;
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    append(
        connection,
        &AuditEntry {
            at: now,
            actor: Actor::server(),
            action: ACTION.to_owned(),
            object: "audit".to_owned(),
            object_id: until.to_string(),
            object_name: String::new(),
            outcome: Outcome::Done,
            before: None,
            after: Some(serde_json::json!({ "first": base + 1, "last": until, "removed": removed, "hash": hash })),
        },
    )?;
    Ok(removed)
}
