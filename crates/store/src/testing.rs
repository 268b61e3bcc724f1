//! Both stores for the same test, and what a database plans to do.

use std::cell::RefCell;

use crate::{Address, Connection, Store, StoreError, StoreOptions, Value};

/// Runs a test on SQLite, and on PostgreSQL where it is installed.
pub(crate) fn on_both_stores(test: impl Fn(&Store)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = Address::Sqlite(folder.path().join("store.db"));
    test(&Store::open(&StoreOptions::new(address)).expect("SQLite opens"));
    if let Some(uri) = test_support::postgres_database() {
        test(&Store::open(&StoreOptions::new(Address::Postgres(uri))).expect("PostgreSQL opens"));
    }
}

/// Waits until another session of this database, which is PostgreSQL's, waits for a lock.
pub(crate) fn until_another_waits(connection: &mut Connection) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
        SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())";
    while connection.row(sql, &[])?.is_none_or(|row| row.integer(0) == 0) {
        std::thread::yield_now();
    }
    Ok(())
}

type Asked = Vec<(String, Vec<Value>)>;

thread_local! {
    /// The queries of this thread, while they are noted.
    static ASKED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// Notes a query where somebody wants to know.
pub(crate) fn note(sql: &str, parameters: &[Value]) {
    ASKED.with_borrow_mut(|asked| {
        if let Some(asked) = asked {
            asked.push((sql.to_owned(), parameters.to_vec()));
        }
    });
}

/// The statements of `work`, each with its parameters.
fn asked<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<Asked, StoreError> {
    ASKED.set(Some(Vec::new()));
    let done = work(connection);
    let asked = ASKED.take().unwrap_or_default();
    done.map(|_| asked)
}

/// The statements of `work`.
pub(crate) fn said<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<Vec<String>, StoreError> {
    Ok(asked(connection, work)?.into_iter().map(|(sql, _)| sql).collect())
}

/// The queries of `work` that go through a whole table, each with its plan.
pub(crate) fn scans<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<Vec<String>, StoreError> {
    let asked = asked(connection, work)?;
    let (explain, column) = if connection.is_sqlite() { ("EXPLAIN QUERY PLAN", 3) } else { ("EXPLAIN", 0) };
    let mut scans = Vec::new();
    for (sql, parameters) in asked {
        let plan = connection.rows(&format!("{explain} {sql}"), &parameters)?;
        let lines: Vec<String> = plan.iter().map(|row| row.text(column)).collect();
        if lines.iter().any(|line| is_scan(line)) {
            scans.push(format!("{sql}\n{parameters:?}\n{}", lines.join("\n")));
        }
    }
    Ok(scans)
}

/// Tables of which each row is made by a person: there are few, and a database goes through them rather than by an index.
const FEW: [&str; 2] = ["integrations", "scopes"];

/// Whether a line of a plan says that a table, not an inner query, is gone through.
fn is_scan(line: &str) -> bool {
    let place = line.split("SCAN ").nth(1).or_else(|| line.split("Seq Scan on ").nth(1)).unwrap_or_default();
    if FEW.contains(&place.split(' ').next().unwrap_or_default()) {
        return false;
    }
    // `d`, `c`, `x`, `b`, `leap` and `found` are inner queries, all of them bounded.
    let inner = ["CONSTANT", "SCAN d", "SCAN c", "SCAN x", "SCAN b", "SCAN leap", "SCAN newest", "SCAN found"];
    (line.starts_with("SCAN ") && !inner.iter().any(|name| line.contains(name))) || line.contains("Seq Scan on ")
}
