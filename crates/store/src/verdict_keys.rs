//! The public keys that servers sign verdicts with. Every server has its own; any of them tells the keys of all.

use crate::{Connection, StoreError, values};

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictKey {
    /// Its id.
    pub id: String,
    /// The 32 bytes of the Ed25519 key.
    pub bytes: Vec<u8>,
    /// When it was first seen, in microseconds since 1970.
    pub created: i64,
    /// When its server was last there.
    pub seen: i64,
}

/// Notes that a server is there with its key.
///
/// # Errors
/// When the database fails.
pub fn note(connection: &mut Connection, id: &str, bytes: &[u8], now: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO verdict_keys (id, public_key, created, seen) VALUES ($1, $2, $3, $3)
        ON CONFLICT (id) DO UPDATE SET seen = $3";
    connection.execute(sql, &values![id, bytes, now])?;
    Ok(())
}

/// The keys whose servers were there since a time, by id.
///
/// # Errors
/// When the database fails.
pub fn since(connection: &mut Connection, time: i64) -> Result<Vec<VerdictKey>, StoreError> {
    let sql = "SELECT id, public_key, created, seen FROM verdict_keys WHERE seen >= $1 ORDER BY id LIMIT 1000";
    let rows = connection.rows(sql, &values![time])?;
    let key = |row: &crate::Row| VerdictKey {
        id: row.text(0),
        bytes: row.bytes(1),
        created: row.integer(2),
        seen: row.integer(3),
    };
    Ok(rows.iter().map(key).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lane;
    use crate::testing::on_both_stores;

    #[test]
    fn a_key_is_told_while_its_server_is_there() {
        on_both_stores(|store| {
            let noted = |at| store.write_blocking(Lane::Beside, move |c| note(c, "k", &[7; 32], at)).unwrap();
            noted(10);
            noted(20);
            let keys = store.read_blocking(|c| since(c, 20)).unwrap();
            assert_eq!((keys.len(), keys[0].created, keys[0].seen), (1, 10, 20));
            assert_eq!(store.read_blocking(|c| since(c, 21)).unwrap(), []);
        });
    }
}
