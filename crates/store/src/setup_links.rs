//! Links by which the first user is made. Every server prints its own, and any of them takes each, until one was used.

use crate::{Connection, StoreError, values};

/// Adds a link by the hash of its secret, which works until a moment.
///
/// # Errors
/// When the database fails.
pub fn add(connection: &mut Connection, hash: &[u8], until: i64, now: i64) -> Result<(), StoreError> {
    connection.execute("DELETE FROM setup_links WHERE until <= $1", &values![now])?;
    connection.execute("INSERT INTO setup_links (hash, until) VALUES ($1, $2)", &values![hash, until])?;
    Ok(())
}

/// Whether a link works.
///
/// # Errors
/// When the database fails.
pub fn works(connection: &mut Connection, hash: &[u8], now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM setup_links WHERE hash = $1 AND until > $2";
    Ok(connection.row(sql, &values![hash, now])?.is_some())
}

/// Uses a link, after which none works any more; tells whether it did. Of several that are used at once one does.
///
/// # Errors
/// When the database fails.
pub fn redeem(connection: &mut Connection, hash: &[u8], now: i64) -> Result<bool, StoreError> {
    let links = connection.rows("DELETE FROM setup_links RETURNING hash, until", &[])?;
    Ok(links.iter().any(|link| link.bytes(0) == hash && link.integer(1) > now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lane;
    use crate::testing::on_both_stores;

    #[test]
    fn each_link_works_until_its_end_or_until_one_was_used() {
        on_both_stores(|store| {
            let added = |hash: u8, until: i64| {
                store.write_blocking(Lane::Beside, move |connection| add(connection, &[hash], until, 0)).unwrap();
            };
            let works =
                |hash: u8, now: i64| store.read_blocking(move |connection| works(connection, &[hash], now)).unwrap();
            let redeemed = |hash: u8, now: i64| {
                store.write_blocking(Lane::Beside, move |connection| redeem(connection, &[hash], now)).unwrap()
            };
            added(1, 10);
            added(2, 20);
            assert_eq!((works(1, 9), works(1, 10), works(2, 10), works(3, 0)), (true, false, true, false));
            assert!(redeemed(2, 10));
            assert_eq!((works(1, 0), works(2, 0), redeemed(1, 0)), (false, false, false));
            added(1, 10);
            assert!(!redeemed(1, 10), "its time is over");
        });
    }
}
