//! The whole store as one file, the same for both databases: backup, restore, and the way from one to the other.
//!
//! An archive is lines of JSON inside zstd with a checksum: a head with the schema, for each table a line with its columns
//! and one for each row, and an end that counts the rows, so that a torn file is told. Bytes are `{"x": "hexadecimal"}`.

use std::io::{BufRead, BufReader, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::database::Connector;
use crate::{Connection, Schema, StoreError, StoreOptions, Value};

/// Every table, those that others refer to first. A test holds it against the schema.
pub const TABLES: &[&str] = &[
    "settings",
    "audit",
    "audit_head",
    "audit_checkpoints",
    "audit_keys",
    "users",
    "scopes",
    "roles",
    "role_scopes",
    "groups",
    "group_members",
    "role_holders",
    "tokens",
    "views",
    "registries",
    "registry_tags",
    "jobs",
    "images",
    "image_indexes",
    "image_names",
    "image_words",
    "image_segments",
    "image_labels",
    "packages",
    "image_packages",
    "findings",
    "vulnerabilities",
    "scope_images",
    "scope_names",
    "scope_words",
    "scope_marks",
    "verdicts",
    "events",
    "policies",
    "policy_versions",
    "exceptions",
    "exception_scopes",
    "approved_digests",
    "acknowledgements",
    "evaluation",
    "evaluation_queue",
    "integrations",
    "outbox",
    "verdict_keys",
    "platform_images",
];

/// Tables that are not kept: sessions end with a restore, keys of requests, messages of registries and set-up links are of the
/// moment, exports are made again, and servers give one another their intelligence anew.
pub const NOT_KEPT: &[&str] = &[
    "schema",
    "sessions",
    "idempotency",
    "hook_messages",
    "setup_links",
    "job_output",
    "intelligence_files",
    "intelligence_parts",
];

/// The longest line, in bytes: an image's index is the largest value there is.
const LONGEST_LINE_BYTES: u64 = 1 << 30;

/// What a frame of zstd begins with (RFC 8878, 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

const FORMAT: &str = "bulkhead.archive/1";

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    schema: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Table {
    table: String,
    columns: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct End {
    rows: u64,
}

/// Why an archive cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file cannot be read or written.
    #[error("cannot read or write the archive")]
    File(#[source] std::io::Error),
    /// It is no archive, or a torn one.
    #[error("line {line} of the archive cannot be understood: {problem}")]
    Malformed {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// It is not what was written: its checksum is another, or its end is missing.
    #[error("the archive is damaged or was cut off; nothing was kept of it")]
    Damaged(#[source] std::io::Error),
    /// The database has something in it.
    #[error("the database is not empty; an archive is restored into an empty one")]
    NotEmpty,
    /// The database failed.
    #[error("the database failed")]
    Store(#[source] StoreError),
}

impl From<StoreError> for ArchiveError {
    fn from(error: StoreError) -> ArchiveError {
        ArchiveError::Store(error)
    }
}

/// Writes everything as it is at one moment, and tells how many rows that were. Servers may go on meanwhile.
///
/// # Errors
/// When the database or the file fails.
pub fn write(options: &StoreOptions, out: impl Write) -> Result<u64, ArchiveError> {
    let mut connection = Connector::new(options).connect_to_write()?;
    Schema::check(&mut connection)?;
    let begin = match connection.is_sqlite() {
        true => "BEGIN",
        false => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0",
    };
    connection.batch(begin)?;
    let mut encoder = zstd::stream::write::Encoder::new(out, 6).map_err(ArchiveError::File)?;
    encoder.include_checksum(true).map_err(ArchiveError::File)?;
    let head = Head { format: FORMAT.to_owned(), schema: Schema::newest() };
    line(&mut encoder, &head)?;
    let mut rows = 0;
    for table in TABLES {
        let columns = columns(&mut connection, table)?;
        let sql = format!("SELECT {} FROM {table}", columns.join(", "));
        line(&mut encoder, &Table { table: (*table).to_owned(), columns })?;
        let mut failed = None;
        connection
            .each(&sql, &[], |row| {
                rows += 1;
                let values: Vec<Json> = row.into_values().into_iter().map(told).collect();
                line(&mut encoder, &values).map_err(|error| {
                    failed = Some(error);
                    StoreError::Closed
                })
            })
            .map_err(|error| failed.take().unwrap_or(ArchiveError::Store(error)))?;
    }
    line(&mut encoder, &End { rows })?;
    connection.batch("ROLLBACK")?;
    encoder.finish().and_then(|mut out| out.flush()).map_err(ArchiveError::File)?;
    Ok(rows)
}

/// Reads an archive into an empty database, then brings the schema up to date. All or nothing.
///
/// # Errors
/// When the database is not empty or fails, or the archive is damaged or torn, or belongs to a later version.
pub fn restore(options: &StoreOptions, archive: impl Read) -> Result<u64, ArchiveError> {
    let mut connection = Connector::new(options).connect_to_write()?;
    let mut archive = BufReader::new(archive);
    if !archive.fill_buf().map_err(ArchiveError::File)?.starts_with(&ZSTD_MAGIC) {
        return Err(ArchiveError::Malformed { line: 1, problem: "it is not compressed with zstd".to_owned() });
    }
    let decoder = zstd::stream::read::Decoder::with_buffer(archive).map_err(ArchiveError::File)?;
    let mut lines = Lines { reader: BufReader::new(decoder), number: 0 };
    let head: Head = lines.next()?;
    if head.format != FORMAT {
        return Err(lines.malformed(format!("it is no {FORMAT}")));
    }
    if head.schema > Schema::newest() {
        return Err(StoreError::NewerSchema { found: head.schema, known: Schema::newest() }.into());
    }
    if !is_empty(&mut connection, head.schema)? {
        return Err(ArchiveError::NotEmpty);
    }
    Schema::migrate_to(&mut connection, head.schema)?;
    connection.batch("BEGIN")?;
    let rows = match load(&mut connection, &mut lines) {
        Ok(rows) => rows,
        Err(error) => {
            connection.batch("ROLLBACK")?;
            return Err(match error {
                // What cannot be understood or kept comes of damage, where the rest tells of any.
                ArchiveError::Malformed { .. } | ArchiveError::Store(_) => lines.rest().err().unwrap_or(error),
                error => error,
            });
        }
    };
    connection.batch("COMMIT")?;
    Schema::migrate(&mut connection)?;
    Ok(rows)
}

/// Whether an archive of a schema can go in: nothing was ever kept there.
fn is_empty(connection: &mut Connection, schema: i64) -> Result<bool, StoreError> {
    match Schema::found(connection)? {
        0 => Ok(true),
        found if found > schema => Ok(false),
        _ => {
            let sql = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM audit)
                + (SELECT count(*) FROM audit_checkpoints) + (SELECT count(*) FROM settings)";
            let kept = connection.row(sql, &[])?;
            Ok(kept.is_none_or(|row| row.integer(0) == 0))
        }
    }
}

fn load<R: BufRead>(connection: &mut Connection, lines: &mut Lines<R>) -> Result<u64, ArchiveError> {
    // What the migrations put in is in the archive too.
    for table in TABLES.iter().rev() {
        if !columns(connection, table)?.is_empty() {
            connection.execute(&format!("DELETE FROM {table}"), &[])?;
        }
    }
    let mut insert = String::new();
    let mut width = 0;
    let mut rows = 0;
    loop {
        let value: Json = lines.next()?;
        match value {
            Json::Array(values) => {
                if insert.is_empty() || values.len() != width {
                    return Err(lines.malformed(format!("a row has {} values, not {width}", values.len())));
                }
                let values: Option<Vec<Value>> = values.into_iter().map(meant).collect();
                let values = values.ok_or_else(|| lines.malformed("a value is of no known type".to_owned()))?;
                connection.execute(&insert, &values)?;
                rows += 1;
            }
            Json::Object(object) if object.contains_key("table") => {
                let table: Table =
                    serde_json::from_value(Json::Object(object)).map_err(|error| lines.malformed(error.to_string()))?;
                let known = columns(connection, &table.table)?;
                let is_known = TABLES.contains(&table.table.as_str())
                    && !table.columns.is_empty()
                    && table.columns.iter().all(|column| known.contains(column));
                if !is_known {
                    return Err(lines.malformed(format!("the table `{}` is not like that", table.table)));
                }
                width = table.columns.len();
                let places: Vec<String> = (1..=width).map(|at| format!("${at}")).collect();
                insert = format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    table.table,
                    table.columns.join(", "),
                    places.join(", ")
                );
            }
            end => {
                let end: End = serde_json::from_value(end).map_err(|error| lines.malformed(error.to_string()))?;
                if end.rows != rows {
                    return Err(lines.malformed(format!("it should have {} rows and has {rows}", end.rows)));
                }
                // The checksum stands behind everything else, and is compared when it has been read.
                if lines.rest()? > 0 {
                    return Err(lines.malformed("the archive goes on behind its end".to_owned()));
                }
                break;
            }
        }
    }
    if !connection.is_sqlite() {
        count_on(connection)?;
    }
    Ok(rows)
}

/// Lets PostgreSQL count on from the greatest key of each table, as SQLite does by itself.
fn count_on(connection: &mut Connection) -> Result<(), StoreError> {
    let counted = connection.rows(
        "SELECT table_name::text, column_name::text FROM information_schema.columns
         WHERE table_schema = current_schema AND is_identity = 'YES'",
        &[],
    )?;
    for (table, column) in counted.iter().map(|row| (row.text(0), row.text(1))) {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1, false) FROM {table}"
        );
        connection.rows(&sql, &[])?;
    }
    Ok(())
}

/// The columns of a table, in order; none where there is no such table.
fn columns(connection: &mut Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let sql = match connection.is_sqlite() {
        true => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        false => {
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    Ok(connection.rows(sql, &crate::values![table])?.iter().map(|row| row.text(0)).collect())
}

fn told(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => json!(number),
        Value::Real(number) => json!({ "r": number }),
        Value::Text(text) => Json::String(text),
        Value::Bytes(bytes) => {
            let mut hex = String::with_capacity(2 * bytes.len());
            for byte in bytes {
                hex.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
                hex.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
            }
            json!({ "x": hex })
        }
    }
}

fn meant(value: Json) -> Option<Value> {
    Some(match value {
        Json::Null => Value::Null,
        Json::Number(number) => Value::Integer(number.as_i64()?),
        Json::String(text) => Value::Text(text),
        Json::Object(object) => match (object.get("x"), object.get("r")) {
            (Some(Json::String(hex)), None) => Value::Bytes(bytes(hex)?),
            (None, Some(number)) => Value::Real(number.as_f64()?),
            _ => return None,
        },
        Json::Bool(_) | Json::Array(_) => return None,
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), ArchiveError> {
    serde_json::to_writer(&mut *out, value).map_err(|error| ArchiveError::File(error.into()))?;
    out.write_all(b"\n").map_err(ArchiveError::File)
}

/// What the system could not read, told from what the decoder could not.
fn unreadable(error: std::io::Error) -> ArchiveError {
    match error.raw_os_error() {
        Some(_) => ArchiveError::File(error),
        None => ArchiveError::Damaged(error),
    }
}

struct Lines<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next<T: for<'de> Deserialize<'de>>(&mut self) -> Result<T, ArchiveError> {
        self.number += 1;
        let mut line = Vec::new();
        let read = (&mut self.reader).take(LONGEST_LINE_BYTES).read_until(b'\n', &mut line);
        match read {
            Ok(0) => Err(self.malformed("the archive ends too early".to_owned())),
            Ok(_) => serde_json::from_slice(&line).map_err(|error| self.malformed(error.to_string())),
            Err(error) => Err(unreadable(error)),
        }
    }

    /// Reads to the end of the file, where the checksum is compared, and tells how many bytes that were.
    fn rest(&mut self) -> Result<u64, ArchiveError> {
        std::io::copy(&mut self.reader, &mut std::io::sink()).map_err(unreadable)
    }

    fn malformed(&self, problem: String) -> ArchiveError {
        ArchiveError::Malformed { line: self.number, problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Address, Lane, Store, values};

    fn options(store: &Store) -> StoreOptions {
        StoreOptions::new(store.address().clone())
    }

    fn fill(store: &Store) {
        store
            .write_blocking(Lane::Audited, |connection| {
                connection
                    .execute("INSERT INTO settings (name, value, version, changed) VALUES ('a', 'ä\"\n', 1, 2)", &[])?;
                connection.execute(
                    "INSERT INTO audit_checkpoints (sequence, at, hash, key_id, signature) VALUES (1, 2, $1, 'k', $2)",
                    &values![vec![0_u8, 255], vec![1_u8]],
                )
            })
            .unwrap();
    }

    #[test]
    fn every_table_is_kept_or_said_not_to_be() {
        on_both_stores(|store| {
            let sql = match store.address() {
                Address::Sqlite(_) => {
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                }
                Address::Postgres(_) => {
                    "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema"
                }
            };
            let tables = store.read_blocking(move |connection| connection.rows(sql, &[])).unwrap();
            for table in tables.iter().map(|row| row.text(0)) {
                let is_said = TABLES.contains(&table.as_str()) || NOT_KEPT.contains(&table.as_str());
                assert!(is_said, "add {table} to TABLES or NOT_KEPT of archive.rs");
            }
        });
    }

    #[test]
    fn an_archive_of_one_database_is_the_same_in_another() {
        on_both_stores(|from| {
            fill(from);
            let mut archive = Vec::new();
            let rows = write(&options(from), &mut archive).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let mut targets = vec![Address::Sqlite(folder.path().join("restored.db"))];
            targets.extend(test_support::postgres_database().map(Address::Postgres));
            for target in targets {
                let target = StoreOptions::new(target);
                assert_eq!(restore(&target, &archive[..]).unwrap(), rows);
                let mut again = Vec::new();
                write(&target, &mut again).unwrap();
                assert_eq!(zstd::decode_all(&again[..]).unwrap(), zstd::decode_all(&archive[..]).unwrap());
                assert!(matches!(restore(&target, &archive[..]), Err(ArchiveError::NotEmpty)));
            }
        });
    }

    #[test]
    fn a_torn_or_foreign_archive_is_told_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(Address::Sqlite(folder.path().join("a.db")))).unwrap();
        fill(&store);
        let mut archive = Vec::new();
        write(&options(&store), &mut archive).unwrap();
        let lines = String::from_utf8(zstd::decode_all(&archive[..]).unwrap()).unwrap();
        let empty = StoreOptions::new(Address::Sqlite(folder.path().join("b.db")));
        let error = |bytes: &[u8]| restore(&empty, bytes).unwrap_err().to_string();
        assert!(error(b"no archive").contains("line 1 of the archive"), "{}", error(b"no archive"));
        let pack = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
        assert!(error(&pack("{\"format\":\"other\",\"schema\":1}\n")).contains("it is no bulkhead.archive/1"));
        assert!(error(&pack("{\"format\":\"bulkhead.archive/1\",\"schema\":999}\n")).contains("the database failed"));
        let torn = lines.lines().take(4).collect::<Vec<_>>().join("\n");
        assert!(error(&pack(&torn)).contains("ends too early"), "{}", error(&pack(&torn)));
        let foreign = lines.replace("\"audit_checkpoints\"", "\"sqlite_master\"");
        assert!(error(&pack(&foreign)).contains("`sqlite_master` is not like that"));
        restore(&empty, &archive[..]).unwrap();
    }

    /// Digits that do not compress into references to one another: most of the bytes that they become stand for themselves.
    fn noise(length: usize) -> String {
        let mut state = 1_u64;
        let mut digit = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b"0123456789abcdef"[usize::try_from(state >> 60).unwrap()])
        };
        (0..length).map(|_| digit()).collect()
    }

    #[test]
    fn a_damaged_or_shortened_archive_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(Address::Sqlite(folder.path().join("a.db")))).unwrap();
        fill(&store);
        let long = noise(20_000);
        store
            .write_blocking(Lane::Audited, move |connection| {
                let sql = "INSERT INTO settings (name, value, version, changed) VALUES ('long', $1, 1, 2)";
                connection.execute(sql, &values![&long])
            })
            .unwrap();
        let mut archive = Vec::new();
        write(&options(&store), &mut archive).unwrap();
        let whole = zstd::decode_all(&archive[..]).unwrap();
        let empty = StoreOptions::new(Address::Sqlite(folder.path().join("b.db")));
        let refused = |bytes: &[u8], what: &str| {
            let error = restore(&empty, bytes).map(|_| ()).expect_err(what);
            let mut connection = Connector::new(&empty).connect_to_write().unwrap();
            assert!(is_empty(&mut connection, Schema::newest()).unwrap(), "{what} left something: {error}");
            error
        };
        let mut flipped = 0;
        for at in (0..archive.len()).step_by(archive.len() / 40) {
            let mut bytes = archive.clone();
            bytes[at] ^= 1;
            // A bit that says nothing does no harm.
            if zstd::decode_all(&bytes[..]).is_ok_and(|same| same == whole) {
                continue;
            }
            refused(&bytes, &format!("byte {at}"));
            flipped += 1;
        }
        assert!(flipped > 30, "only {flipped} bytes said something");
        for cut in [1, 2, 4, 5, 100] {
            let error = refused(&archive[..archive.len() - cut], &format!("without its last {cut} bytes"));
            assert!(matches!(error, ArchiveError::Damaged(_)), "{cut}: {error}");
        }
        let twice = [&archive[..], &archive[..]].concat();
        assert!(refused(&twice, "twice").to_string().contains("goes on behind its end"));
        restore(&empty, &archive[..]).unwrap();
    }
}
