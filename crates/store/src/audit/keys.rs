//! The public keys of all servers that sign checkpoints. Checkpoints are kept for good, and so are these.

use super::PublicKey;
use crate::{Connection, StoreError, values};

/// The most keys that are looked at, those whose servers were there last first.
const MOST_KEYS: i64 = 10_000;

/// A key as the store has it. Whoever can write the database can add one: whether it counts is told by its seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The key.
    pub key: PublicKey,
    /// The key as it was sealed by what is kept outside of the database.
    pub seal: Vec<u8>,
}

/// Notes that a server is there with its key.
///
/// # Errors
/// When the database fails.
pub fn note_key(connection: &mut Connection, new: &StoredKey, now: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit_keys (id, public_key, seal, created, seen) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (id) DO UPDATE SET public_key = $2, seal = $3, seen = $4";
    connection.execute(sql, &values![&new.key.id, &new.key.bytes, &new.seal, now])?;
    Ok(())
}

/// The keys of all servers that ever signed.
///
/// # Errors
/// When the database fails.
pub fn keys(connection: &mut Connection) -> Result<Vec<StoredKey>, StoreError> {
    let sql = "SELECT id, public_key, seal FROM audit_keys ORDER BY seen DESC, id LIMIT $1";
    let key =
        |row: &crate::Row| StoredKey { key: PublicKey { id: row.text(0), bytes: row.bytes(1) }, seal: row.bytes(2) };
    Ok(connection.rows(sql, &values![MOST_KEYS])?.iter().map(key).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lane;
    use crate::testing::on_both_stores;

    #[test]
    fn keys_stay_and_each_is_there_once() {
        on_both_stores(|store| {
            let key = |id: &str, bytes: u8| StoredKey {
                key: PublicKey { id: id.to_owned(), bytes: vec![bytes; 32] },
                seal: vec![bytes],
            };
            for (at, new) in [(1, key("a", 1)), (2, key("b", 2)), (3, key("a", 3))] {
                store.write_blocking(Lane::Beside, move |connection| note_key(connection, &new, at)).unwrap();
            }
            assert_eq!(store.read_blocking(keys).unwrap(), [key("a", 3), key("b", 2)]);
        });
    }
}
