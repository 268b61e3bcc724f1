//! The intelligence that servers with one database share. A file is written in pieces and seen once all of them are there;
//! readers take it piece by piece, and the newest alone is kept.

use crate::{Connection, Row, StoreError, values};

/// A file that some server gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedFile {
    /// Its id.
    pub id: String,
    /// What tells it from others.
    pub fingerprint: String,
    /// The time of its newest record, in seconds since 1970.
    pub sequence: i64,
    /// When it came to the server that gave it, in microseconds since 1970.
    pub placed: i64,
    /// How many pieces it has.
    pub parts: i64,
}

const COLUMNS: &str = "id, fingerprint, sequence, placed, parts";

fn file(row: &Row) -> SharedFile {
    SharedFile {
        id: row.text(0),
        fingerprint: row.text(1),
        sequence: row.integer(2),
        placed: row.integer(3),
        parts: row.integer(4),
    }
}

/// The newest file that is there as a whole, if any is.
///
/// # Errors
/// When the database fails.
pub fn newest(connection: &mut Connection) -> Result<Option<SharedFile>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM intelligence_files WHERE parts > 0 ORDER BY sequence DESC, placed DESC, id DESC LIMIT 1"
    );
    Ok(connection.row(&sql, &[])?.as_ref().map(file))
}

/// Begins to give a file, whose `parts` are not known yet; `false` where some server gives the same since `since`. What was
/// begun before that and never ended is forgotten.
///
/// # Errors
/// When the database fails.
pub fn begin(connection: &mut Connection, given: &SharedFile, now: i64, since: i64) -> Result<bool, StoreError> {
    connection.execute("DELETE FROM intelligence_files WHERE parts = 0 AND begun < $1", &values![since])?;
    let inserted = connection.execute(
        "INSERT INTO intelligence_files (id, fingerprint, sequence, placed, begun, parts)
         SELECT $1, $2, $3, $4, $5, 0
         WHERE NOT EXISTS (SELECT 1 FROM intelligence_files WHERE fingerprint = $2)",
        &values![&given.id, &given.fingerprint, given.sequence, given.placed, now],
    )?;
    Ok(inserted == 1)
}

/// Writes the next piece of a file that was begun.
///
/// # Errors
/// When the file was forgotten meanwhile, or the database fails.
pub fn write_part(connection: &mut Connection, id: &str, part: i64, body: &[u8]) -> Result<(), StoreError> {
    let written = connection.execute(
        "INSERT INTO intelligence_parts (file_id, part, body)
         SELECT id, $2, $3 FROM intelligence_files WHERE id = $1 AND parts = 0",
        &values![id, part, body],
    )?;
    match written {
        1 => Ok(()),
        _ => Err(StoreError::NotFound { what: "intelligence" }),
    }
}

/// Ends a file: from here on others see it. Older ones are forgotten.
///
/// # Errors
/// When the file was forgotten meanwhile, or the database fails.
pub fn end(connection: &mut Connection, id: &str, parts: i64) -> Result<(), StoreError> {
    let sql = "UPDATE intelligence_files SET parts = $2 WHERE id = $1 AND parts = 0";
    if connection.execute(sql, &values![id, parts])? != 1 {
        return Err(StoreError::NotFound { what: "intelligence" });
    }
    if let Some(newest) = newest(connection)? {
        let sql = "DELETE FROM intelligence_files WHERE parts > 0 AND id <> $1";
        connection.execute(sql, &values![&newest.id])?;
    }
    Ok(())
}

/// Forgets a file that cannot be given to its end.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM intelligence_files WHERE id = $1", &values![id])?;
    Ok(())
}

/// A piece of a file; none where the file was replaced meanwhile.
///
/// # Errors
/// When the database fails.
pub fn part(connection: &mut Connection, id: &str, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT body FROM intelligence_parts WHERE file_id = $1 AND part = $2";
    Ok(connection.row(sql, &values![id, part])?.map(|row| row.bytes(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    fn given(id: &str, sequence: i64, placed: i64) -> SharedFile {
        let fingerprint = format!("{sequence}-{placed}");
        SharedFile { id: id.to_owned(), fingerprint, sequence, placed, parts: 0 }
    }

    fn write<T: Send + 'static>(
        store: &Store,
        function: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> T {
        store.write_blocking(Lane::Beside, function).unwrap()
    }

    #[test]
    fn a_file_is_seen_once_it_is_whole_and_the_newest_alone_is_kept() {
        on_both_stores(|store| {
            assert!(write(store, |connection| begin(connection, &given("a", 7, 1), 10, 0)));
            assert!(
                !write(store, |connection| begin(connection, &given("b", 7, 1), 11, 0)),
                "somebody gives it already"
            );
            write(store, |connection| write_part(connection, "a", 0, b"first"));
            assert_eq!(write(store, newest), None);
            write(store, |connection| {
                write_part(connection, "a", 1, b"second")?;
                end(connection, "a", 2)
            });
            let newest_id = |store: &Store| write(store, newest).map(|file| file.id);
            assert_eq!(newest_id(store).as_deref(), Some("a"));
            assert_eq!(write(store, |connection| part(connection, "a", 1)).unwrap(), b"second");
            // Of the same records, but placed later.
            write(store, |connection| {
                begin(connection, &given("c", 7, 2), 12, 0)?;
                write_part(connection, "c", 0, b"other")?;
                end(connection, "c", 1)
            });
            assert_eq!(newest_id(store).as_deref(), Some("c"));
            assert_eq!(write(store, |connection| part(connection, "a", 0)), None, "its pieces are gone with it");
            // An older one that came late is not kept.
            write(store, |connection| {
                begin(connection, &given("d", 6, 9), 13, 0)?;
                write_part(connection, "d", 0, b"older")?;
                end(connection, "d", 1)
            });
            assert_eq!(newest_id(store).as_deref(), Some("c"));
            assert_eq!(write(store, |connection| part(connection, "d", 0)), None);
        });
    }

    #[test]
    fn what_a_server_began_and_never_ended_is_begun_anew_by_another() {
        on_both_stores(|store| {
            assert!(write(store, |connection| begin(connection, &given("a", 7, 1), 10, 0)));
            assert!(!write(store, |connection| begin(connection, &given("b", 7, 1), 20, 10)));
            assert!(write(store, |connection| begin(connection, &given("b", 7, 1), 30, 11)));
            let late = store.write_blocking(Lane::Beside, |connection| write_part(connection, "a", 0, b"late"));
            assert!(matches!(late, Err(StoreError::NotFound { .. })), "{late:?}");
        });
    }
}
