//! Checkpoints: signed statements of how far the trail went, which auditors keep elsewhere.

use policy::access::Permit;

use super::may_read;
use crate::{Connection, StoreError, values};

/// A signed statement that the trail had a record of this number and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The number of the record.
    pub sequence: i64,
    /// When it was made, in microseconds since 1970.
    pub at: i64,
    /// The hash of the record.
    pub hash: Vec<u8>,
    /// Which key signed: the first 16 hexadecimal digits of the SHA-256 of the public key.
    pub key_id: String,
    /// The Ed25519 signature of [`Checkpoint::statement`] (RFC 8032).
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// The bytes that are signed.
    pub fn statement(sequence: i64, at: i64, hash: &[u8]) -> Vec<u8> {
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("bulkhead audit checkpoint 1\nsequence {sequence}\nat {at}\nhash {hash}\n").into_bytes()
    }
}

/// The number and hash of the last record.
///
/// # Errors
/// When the database fails.
pub fn head(connection: &mut Connection) -> Result<(i64, Vec<u8>), StoreError> {
    let row = connection.row("SELECT sequence, hash FROM audit_head WHERE id = 1", &[])?;
    let row = row.ok_or(StoreError::Damaged { place: "audit_head", problem: "it is empty".to_owned() })?;
    Ok((row.integer(0), row.bytes(1)))
}

/// The last checkpoint.
///
/// # Errors
/// When the database fails.
pub fn last_checkpoint(connection: &mut Connection) -> Result<Option<Checkpoint>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit_checkpoints ORDER BY sequence DESC LIMIT 1");
    Ok(connection.row(&sql, &[])?.as_ref().map(checkpoint))
}

/// Adds a checkpoint; one that another server made for the same record stays.
///
/// # Errors
/// When the database fails.
pub fn put_checkpoint(connection: &mut Connection, new: &Checkpoint) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO audit_checkpoints ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
    connection.execute(&sql, &values![new.sequence, new.at, &new.hash, &new.key_id, &new.signature])?;
    Ok(())
}

/// How many checkpoints there are.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn count_checkpoints(connection: &mut Connection, permit: &Permit) -> Result<u64, StoreError> {
    may_read(permit)?;
    let row = connection.row("SELECT count(*) FROM audit_checkpoints", &[])?;
    Ok(row.map_or(0, |row| u64::try_from(row.integer(0)).unwrap_or_default()))
}

/// A page of checkpoints, the newest first, from before a number.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn checkpoints(
    connection: &mut Connection,
    permit: &Permit,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Checkpoint>, StoreError> {
    may_read(permit)?;
    let sql = format!("SELECT {COLUMNS} FROM audit_checkpoints WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2");
    let rows = connection.rows(&sql, &values![before.unwrap_or(i64::MAX), i64::from(limit)])?;
    Ok(rows.iter().map(checkpoint).collect())
}

const COLUMNS: &str = "sequence, at, hash, key_id, signature";

/// The checkpoints behind a number, the oldest first.
pub(super) fn behind(connection: &mut Connection, after: i64, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit_checkpoints WHERE sequence > $1 ORDER BY sequence LIMIT $2");
    Ok(connection.rows(&sql, &values![after, i64::from(limit)])?.iter().map(checkpoint).collect())
}

fn checkpoint(row: &crate::Row) -> Checkpoint {
    Checkpoint {
        sequence: row.integer(0),
        at: row.integer(1),
        hash: row.bytes(2),
        key_id: row.text(3),
        signature: row.bytes(4),
    }
}
