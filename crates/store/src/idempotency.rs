//! Keys of requests that create something (`Idempotency-Key`): the same key gives the same answer again.

use crate::{Connection, StoreError, values};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is claimed for the request that asked.
    Claimed,
    /// It belongs to another request.
    Other,
    /// The first request with it is under way, or ended without an answer.
    UnderWay,
    /// Its request was answered.
    Answered(KeptAnswer),
}

/// The answer of a request, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: i64,
    /// The `ETag`; empty where there was none.
    pub etag: String,
    /// The body, sealed, as text.
    pub body: String,
}

/// Claims a key of a principal for a request, by the SHA-256 of method, path and body. What is older than `since` is
/// forgotten.
///
/// # Errors
/// When the database fails.
pub fn claim(
    connection: &mut Connection,
    principal: &str,
    key: &str,
    request: &[u8],
    now: i64,
    since: i64,
) -> Result<Known, StoreError> {
    let forget = "DELETE FROM idempotency WHERE principal = $1 AND key = $2 AND at < $3";
    connection.execute(forget, &values![principal, key, since])?;
    let claim = "INSERT INTO idempotency (principal, key, request, status, body, at) VALUES ($1, $2, $3, 0, '', $4)
        ON CONFLICT (principal, key) DO NOTHING";
    if connection.execute(claim, &values![principal, key, request, now])? == 1 {
        return Ok(Known::Claimed);
    }
    let sql = "SELECT request, status, etag, body FROM idempotency WHERE principal = $1 AND key = $2";
    let Some(row) = connection.row(sql, &values![principal, key])? else { return Ok(Known::UnderWay) };
    Ok(match (row.bytes(0) == request, row.integer(1)) {
        (false, _) => Known::Other,
        (true, 0) => Known::UnderWay,
        (true, status) => Known::Answered(KeptAnswer { status, etag: row.text(2), body: row.text(3) }),
    })
}

/// Keeps the answer of a claimed key.
///
/// # Errors
/// When the database fails.
pub fn keep(connection: &mut Connection, principal: &str, key: &str, answer: &KeptAnswer) -> Result<(), StoreError> {
    let sql = "UPDATE idempotency SET status = $1, etag = $2, body = $3 WHERE principal = $4 AND key = $5";
    connection.execute(sql, &values![answer.status, &answer.etag, &answer.body, principal, key])?;
    Ok(())
}

/// Gives a claimed key up: nothing was created.
///
/// # Errors
/// When the database fails.
pub fn release(connection: &mut Connection, principal: &str, key: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM idempotency WHERE principal = $1 AND key = $2 AND status = 0";
    connection.execute(sql, &values![principal, key])?;
    Ok(())
}

/// Removes keys from before a time, in steps of at most `limit`, and tells how many.
///
/// # Errors
/// When the database fails.
pub fn remove_older(connection: &mut Connection, before: i64, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM idempotency WHERE (principal, key) IN
        (SELECT principal, key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2)";
    connection.execute(sql, &values![before, i64::from(limit)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    fn claimed(store: &Store, request: &'static [u8], now: i64) -> Known {
        store.write_blocking(Lane::Beside, move |c| claim(c, "eve", "k", request, now, now - 100)).unwrap()
    }

    #[test]
    fn a_key_is_claimed_once_and_answers_the_same_request_alone() {
        on_both_stores(|store| {
            assert_eq!(claimed(store, b"a", 1000), Known::Claimed);
            assert_eq!(claimed(store, b"a", 1001), Known::UnderWay);
            let answer = KeptAnswer { status: 201, etag: "\"1\"".to_owned(), body: "x".to_owned() };
            let kept = answer.clone();
            store.write_blocking(Lane::Beside, move |c| keep(c, "eve", "k", &kept)).unwrap();
            assert_eq!(claimed(store, b"a", 1002), Known::Answered(answer));
            assert_eq!(claimed(store, b"b", 1002), Known::Other);
            assert_eq!(claimed(store, b"b", 1101), Known::Claimed, "it was forgotten");
            store.write_blocking(Lane::Beside, |c| release(c, "eve", "k")).unwrap();
            assert_eq!(claimed(store, b"c", 1101), Known::Claimed);
            assert_eq!(store.write_blocking(Lane::Beside, |c| remove_older(c, 2000, 10)).unwrap(), 1);
        });
    }
}
