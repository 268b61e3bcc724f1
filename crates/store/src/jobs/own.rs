//! Jobs that the server does itself, with the rights of whoever asked for them: exports, bulk actions, dry runs. Nobody but
//! their owner sees what they made, and it goes when its time is over.

use super::told::Moved;
use super::{COLUMNS, Job, Lease, MOST_TRIES, Priority, find, job, moved, wait_again};
use crate::{Connection, StoreError, values};
use model::counted;

/// The most jobs of this sort that one principal may have open.
pub const MOST_OPEN: i64 = 10;

/// What an error is about that refuses one more.
pub const OPEN: &str = "number of jobs";

/// A job to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOwnJob {
    /// Its id.
    pub id: String,
    /// `export`, `bulk` or `dry_run`.
    pub kind: &'static str,
    /// Kind and id of whoever's rights it has: `user/0190…`.
    pub owner: String,
    /// What is to be done, as JSON.
    pub work: String,
    /// The name of whoever asked for it.
    pub requested_by: String,
}

/// Adds a job.
///
/// # Errors
/// When its owner has as many open as they may, or the database fails.
pub fn enqueue_own(connection: &mut Connection, new: &NewOwnJob, now: i64) -> Result<(), StoreError> {
    has_room(connection, &new.owner)?;
    let sql = "INSERT INTO jobs (id, kind, key, registry_id, priority, state, work, tries, not_before, requested_by,
        created, owner) VALUES ($1, $2, $3, '', $4, 'waiting', $5, 0, $6, $7, $6, $8)";
    let key = format!("{}/{}", new.kind, new.id);
    let priority = Priority::Person as i64;
    connection
        .execute(sql, &values![&new.id, new.kind, key, priority, &new.work, now, &new.requested_by, &new.owner])?;
    moved(connection, &new.id, Moved::Queued, now).map(|_| ())
}

/// Whether an owner may have one more open.
pub(super) fn has_room(connection: &mut Connection, owner: &str) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM jobs WHERE owner = $1 AND state IN ('waiting', 'leased')";
    let open = connection.row(sql, &values![owner])?.map_or(0, |row| row.integer(0));
    match open >= MOST_OPEN {
        true => Err(StoreError::InUse {
            what: OPEN,
            by: counted(open, "job that is still open", "jobs that are still open"),
        }),
        false => Ok(()),
    }
}

/// Ends the leases of all jobs that servers do at this moment: for the only server of a database, which finds those of its
/// former self.
///
/// # Errors
/// When the database fails.
pub fn free(connection: &mut Connection, now: i64) -> Result<(), StoreError> {
    let sql = "UPDATE jobs SET lease_until = $1 WHERE state = 'leased' AND registry_id = '' AND lease_until > $1";
    connection.execute(sql, &values![now])?;
    Ok(())
}

/// Leases the oldest job that waits for a server.
///
/// # Errors
/// When the database fails.
pub fn lease_own(connection: &mut Connection, lease: &Lease, now: i64) -> Result<Option<Job>, StoreError> {
    // In PostgreSQL a job that another server is about to lease is passed over.
    let lock = if connection.is_sqlite() { "" } else { " FOR UPDATE SKIP LOCKED" };
    let first = format!(
        "SELECT id FROM jobs WHERE state = 'waiting' AND registry_id = '' AND not_before <= $1
         ORDER BY priority, id LIMIT 1{lock}"
    );
    let Some(row) = connection.row(&first, &values![now])? else { return Ok(None) };
    let id = row.text(0);
    let sql = "UPDATE jobs SET state = 'leased', tries = tries + 1, lease = $1, leased_by = $2, lease_until = $3,
        begun = coalesce(begun, $4) WHERE id = $5 AND state = 'waiting'";
    match connection.execute(sql, &values![&lease.secret, &lease.holder, lease.until, now, &id])? {
        1 => moved(connection, &id, Moved::Started, now).map(Some),
        _ => Ok(None),
    }
}

/// Whether one waits for a server.
///
/// # Errors
/// When the database fails.
pub fn is_own_waiting(connection: &mut Connection, now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM jobs WHERE state = 'waiting' AND registry_id = '' AND not_before <= $1 LIMIT 1";
    Ok(connection.row(sql, &values![now])?.is_some())
}

/// Keeps how far a job is, in the transaction of what was done, and holds it for longer.
///
/// # Errors
/// When the lease is over: then nothing of the transaction may stay.
pub fn note_progress(
    connection: &mut Connection,
    id: &str,
    secret: &[u8],
    progress: &str,
    until: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE jobs SET progress = $1, lease_until = $2 WHERE id = $3 AND state = 'leased' AND lease = $4";
    match connection.execute(sql, &values![progress, until, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => Ok(()),
    }
}

/// Holds a job for longer, without any news of it.
///
/// # Errors
/// When the lease is over.
pub fn renew(connection: &mut Connection, id: &str, secret: &[u8], until: i64) -> Result<(), StoreError> {
    let sql = "UPDATE jobs SET lease_until = $1 WHERE id = $2 AND state = 'leased' AND lease = $3";
    match connection.execute(sql, &values![until, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => Ok(()),
    }
}

/// Notes something with how far a job came that is done.
///
/// # Errors
/// When it is not done, or somebody noted something else since it was read.
pub fn replace_progress(connection: &mut Connection, id: &str, former: &str, progress: &str) -> Result<(), StoreError> {
    let sql = "UPDATE jobs SET progress = $1 WHERE id = $2 AND state = 'done' AND progress = $3";
    match connection.execute(sql, &values![progress, id, former])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => Ok(()),
    }
}

/// Ends a job well; what it made goes at `expires`.
///
/// # Errors
/// When the lease is over.
pub fn finish_own(
    connection: &mut Connection,
    id: &str,
    secret: &[u8],
    progress: &str,
    expires: Option<i64>,
    now: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE jobs SET state = 'done', progress = $1, expires = $2, failure = NULL, lease = NULL,
        lease_until = NULL, finished = $3 WHERE id = $4 AND state = 'leased' AND lease = $5";
    match connection.execute(sql, &values![progress, expires, now, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => moved(connection, id, Moved::Finished, now).map(|_| ()),
    }
}

/// Ends a try badly: where it may pass and was not tried too often, the job waits until `again`.
///
/// # Errors
/// When the lease is over.
pub fn fail_own(
    connection: &mut Connection,
    id: &str,
    secret: &[u8],
    failure: &str,
    again: Option<i64>,
    now: i64,
) -> Result<(), StoreError> {
    let tries = find(connection, id)?.tries;
    let again = again.filter(|_| tries < MOST_TRIES);
    let state = if again.is_some() { "waiting" } else { "dead" };
    let finished = again.is_none().then_some(now);
    let sql =
        "UPDATE jobs SET state = $1, failure = $2, not_before = $3, finished = $4, lease = NULL, lease_until = NULL
        WHERE id = $5 AND state = 'leased' AND lease = $6";
    match connection.execute(sql, &values![state, failure, again.unwrap_or(now), finished, id, secret])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => moved(connection, id, if again.is_some() { Moved::Queued } else { Moved::Failed }, now).map(|_| ()),
    }
}

/// A job of one owner.
///
/// # Errors
/// When they have no such job, or the database fails.
pub fn of_owner(connection: &mut Connection, owner: &str, id: &str) -> Result<Job, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1 AND owner = $2");
    let row = connection.row(&sql, &values![id, owner])?;
    row.as_ref().map(job).ok_or(StoreError::NotFound { what: "job" })
}

/// A page of the jobs of one owner, the youngest first; `before` is the id of the last one of the page before.
///
/// # Errors
/// When the database fails.
pub fn list_of_owner(
    connection: &mut Connection,
    owner: &str,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE owner = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let rows = connection.rows(&sql, &values![owner, before.unwrap_or("\u{7f}"), i64::from(limit)])?;
    Ok(rows.iter().map(job).collect())
}

/// Cancels a job of one owner that is open.
///
/// # Errors
/// When they have no such job, it has ended, or the database fails.
pub fn cancel_of_owner(connection: &mut Connection, owner: &str, id: &str, now: i64) -> Result<Job, StoreError> {
    of_owner(connection, owner, id)?;
    let sql = "UPDATE jobs SET state = 'cancelled', lease = NULL, lease_until = NULL, finished = $1
        WHERE id = $2 AND owner = $3 AND state IN ('waiting', 'leased')";
    match connection.execute(sql, &values![now, id, owner])? {
        0 => Err(StoreError::Changed { what: "job" }),
        _ => moved(connection, id, Moved::Cancelled, now),
    }
}

/// Lets a job of one owner that is dead or cancelled wait again.
///
/// # Errors
/// When they have no such job or as many open as they may, it is neither, or the database fails.
pub fn retry_of_owner(connection: &mut Connection, owner: &str, id: &str, now: i64) -> Result<Job, StoreError> {
    let found = of_owner(connection, owner, id)?;
    has_room(connection, owner)?;
    wait_again(connection, found, now)
}

/// Keeps pieces of what a job makes; one that was kept before is replaced.
///
/// # Errors
/// When the lease is over, or the database fails.
pub fn put_output(
    connection: &mut Connection,
    id: &str,
    secret: &[u8],
    first: i64,
    pieces: &[Vec<u8>],
) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM jobs WHERE id = $1 AND state = 'leased' AND lease = $2";
    if connection.row(sql, &values![id, secret])?.is_none() {
        return Err(StoreError::Changed { what: "job" });
    }
    for (position, body) in (first..).zip(pieces) {
        connection.execute(
            "INSERT INTO job_output (job_id, position, body) VALUES ($1, $2, $3)
             ON CONFLICT (job_id, position) DO UPDATE SET body = $3",
            &values![id, position, body],
        )?;
    }
    Ok(())
}

/// Pieces of what a job made, from behind one, each with its position.
///
/// # Errors
/// When the database fails.
pub fn output(
    connection: &mut Connection,
    id: &str,
    behind: i64,
    limit: u32,
) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let sql = "SELECT position, body FROM job_output WHERE job_id = $1 AND position > $2 ORDER BY position LIMIT $3";
    let rows = connection.rows(sql, &values![id, behind, i64::from(limit)])?;
    Ok(rows.iter().map(|row| (row.integer(0), row.bytes(1))).collect())
}

/// Removes what a job made.
///
/// # Errors
/// When the database fails.
pub fn clear_output(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM job_output WHERE job_id = $1", &values![id])?;
    Ok(())
}

/// Removes output whose time is over, and that of jobs that did not end well; at most `limit` pieces. Tells how many.
///
/// # Errors
/// When the database fails.
pub fn remove_expired(connection: &mut Connection, now: i64, limit: u32) -> Result<u64, StoreError> {
    let sql = "SELECT o.job_id, o.position FROM jobs j JOIN job_output o ON o.job_id = j.id
        WHERE j.expires IS NOT NULL AND j.expires <= $1 ORDER BY j.expires LIMIT $2";
    let mut pieces = connection.rows(sql, &values![now, i64::from(limit)])?;
    if pieces.is_empty() {
        let sql = "SELECT o.job_id, o.position FROM jobs j JOIN job_output o ON o.job_id = j.id
            WHERE j.state IN ('dead', 'cancelled') AND j.registry_id = '' LIMIT $1";
        pieces = connection.rows(sql, &values![i64::from(limit)])?;
    }
    for row in &pieces {
        let sql = "DELETE FROM job_output WHERE job_id = $1 AND position = $2";
        connection.execute(sql, &values![row.text(0), row.integer(1)])?;
    }
    Ok(pieces.len() as u64)
}

#[cfg(test)]
mod tests {
    use policy::access::{Principal, permit};

    use super::super::retry;
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store, evaluation};

    fn new(id: &str, owner: &str) -> NewOwnJob {
        NewOwnJob {
            id: id.to_owned(),
            kind: "export",
            owner: owner.to_owned(),
            work: "{}".to_owned(),
            requested_by: "bob".to_owned(),
        }
    }

    fn add(store: &Store, id: &'static str, owner: &'static str) -> Result<(), StoreError> {
        store.write_blocking(Lane::Beside, move |connection| enqueue_own(connection, &new(id, owner), 10))
    }

    fn take(store: &Store, secret: u8) -> Option<Job> {
        let lease = Lease { secret: vec![secret], holder: "s".to_owned(), until: 100 };
        store.write_blocking(Lane::Beside, move |connection| lease_own(connection, &lease, 20)).unwrap()
    }

    fn put(store: &Store, secret: u8, first: i64, pieces: &'static [&'static [u8]]) -> Result<(), StoreError> {
        store.write_blocking(Lane::Beside, move |connection| {
            let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
            put_output(connection, "1", &[secret], first, &pieces)
        })
    }

    fn pieces(store: &Store) -> usize {
        store.read_blocking(|connection| output(connection, "1", -1, 100)).unwrap().len()
    }

    #[test]
    fn what_a_former_server_was_doing_is_free_at_once() {
        on_both_stores(|store| {
            add(store, "1", "user/a").unwrap();
            take(store, 7).unwrap();
            let freed = store.write_blocking(Lane::Beside, |connection| {
                assert!(evaluation::lease(connection, "former", 20, 100)?);
                assert!(!evaluation::lease(connection, "own", 30, 100)?);
                evaluation::free(connection)?;
                free(connection, 30)?;
                assert!(!evaluation::holds_lease(connection, "former")?);
                assert!(evaluation::lease(connection, "own", 30, 100)?);
                let worker = permit(&Principal::server(), "scans.write".parse().unwrap()).unwrap();
                crate::jobs::take_back(connection, &worker, "{}", 0.5, 31)
            });
            assert_eq!(freed.unwrap().into_iter().map(|job| job.id).collect::<Vec<_>>(), ["1"]);
        });
    }

    #[test]
    fn a_job_is_done_once_and_its_output_is_its_holders_to_write() {
        on_both_stores(|store| {
            add(store, "1", "user/a").unwrap();
            assert_eq!(take(store, 7).unwrap().id, "1");
            assert_eq!(take(store, 8), None);
            put(store, 7, 0, &[b"a", b"b"]).unwrap();
            put(store, 7, 1, &[b"c"]).unwrap();
            assert!(matches!(put(store, 8, 0, &[b"x"]), Err(StoreError::Changed { .. })));
            let found = store.read_blocking(|connection| output(connection, "1", 0, 9)).unwrap();
            assert_eq!(found, [(1, b"c".to_vec())]);
            let finish = |connection: &mut Connection| finish_own(connection, "1", &[7], "{}", Some(500), 30);
            store.write_blocking(Lane::Beside, finish).unwrap();
            assert!(store.write_blocking(Lane::Beside, finish).is_err());
            let gone = |now| store.write_blocking(Lane::Beside, move |c| remove_expired(c, now, 10)).unwrap();
            assert_eq!((gone(499), pieces(store)), (0, 2));
            assert_eq!((gone(500), pieces(store)), (2, 0));
        });
    }

    #[test]
    fn nobody_sees_or_cancels_the_job_of_another() {
        on_both_stores(|store| {
            add(store, "1", "user/a").unwrap();
            assert!(store.read_blocking(|c| of_owner(c, "user/b", "1")).is_err());
            assert!(store.write_blocking(Lane::Beside, |c| cancel_of_owner(c, "user/b", "1", 20)).is_err());
            assert_eq!(store.read_blocking(|c| list_of_owner(c, "user/b", None, 9)).unwrap(), []);
            take(store, 7);
            put(store, 7, 0, &[b"a"]).unwrap();
            store.write_blocking(Lane::Beside, |c| cancel_of_owner(c, "user/a", "1", 20)).unwrap();
            let noted = store.write_blocking(Lane::Beside, |c| note_progress(c, "1", &[7], "{}", 200));
            assert!(matches!(noted, Err(StoreError::Changed { .. })), "its holder learns of it");
            assert_eq!(store.write_blocking(Lane::Beside, |c| remove_expired(c, 30, 10)).unwrap(), 1);
        });
    }

    #[test]
    fn a_job_is_tried_again_by_its_owner_alone() {
        on_both_stores(|store| {
            let may = |permission: &str| permit(&Principal::server(), permission.parse().unwrap()).unwrap();
            let retry = |asker: &'static str| {
                let may = may("jobs.write");
                store.write_blocking(Lane::Beside, move |c| retry(c, &may, asker, "1", 30))
            };
            add(store, "1", "user/a").unwrap();
            store.write_blocking(Lane::Beside, |c| cancel_of_owner(c, "user/a", "1", 20)).unwrap();
            assert!(matches!(retry("user/b"), Err(StoreError::NotOwn { .. })));
            assert!(store.write_blocking(Lane::Beside, |c| retry_of_owner(c, "user/b", "1", 30)).is_err());
            assert_eq!(retry("user/a").unwrap().state, "waiting");
            store.write_blocking(Lane::Beside, |c| cancel_of_owner(c, "user/a", "1", 20)).unwrap();
            let again = store.write_blocking(Lane::Beside, |c| retry_of_owner(c, "user/a", "1", 30)).unwrap();
            assert_eq!(again.state, "waiting");
            store.write_blocking(Lane::Beside, |c| cancel_of_owner(c, "user/a", "1", 20)).unwrap();
            let ids = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
            ids.iter().for_each(|id| add(store, id, "user/a").unwrap());
            assert!(matches!(retry("user/a"), Err(StoreError::InUse { .. })), "no more than may be open");
        });
    }

    #[test]
    fn a_lease_is_renewed_by_its_holder_alone() {
        on_both_stores(|store| {
            add(store, "1", "user/a").unwrap();
            take(store, 7);
            let renew = |secret: u8| store.write_blocking(Lane::Beside, move |c| renew(c, "1", &[secret], 300));
            assert!(matches!(renew(8), Err(StoreError::Changed { .. })));
            renew(7).unwrap();
            assert_eq!(store.read_blocking(|c| of_owner(c, "user/a", "1")).unwrap().lease_until, Some(300));
            store.write_blocking(Lane::Beside, |c| cancel_of_owner(c, "user/a", "1", 20)).unwrap();
            assert!(matches!(renew(7), Err(StoreError::Changed { .. })), "its holder learns that it is cancelled");
        });
    }

    #[test]
    fn what_failed_waits_for_its_time_and_is_dead_in_the_end() {
        on_both_stores(|store| {
            add(store, "1", "user/a").unwrap();
            for _ in 0..MOST_TRIES {
                assert!(take(store, 7).is_some());
                store.write_blocking(Lane::Beside, |c| fail_own(c, "1", &[7], "{}", Some(15), 20)).unwrap();
            }
            assert_eq!(store.read_blocking(|c| of_owner(c, "user/a", "1")).unwrap().state, "dead");
        });
    }

    #[test]
    fn nobody_has_more_open_than_they_may() {
        on_both_stores(|store| {
            let ids = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
            ids.iter().for_each(|id| add(store, id, "user/a").unwrap());
            assert!(matches!(add(store, "11", "user/a"), Err(StoreError::InUse { .. })));
            add(store, "12", "user/b").unwrap();
        });
    }
}
