//! A database of any earlier version, with rows in every table, comes up to date with all of them. A new step is tried by
//! being there.

use super::*;
use crate::database::Connector;
use crate::images::{ImageQuery, list};
use crate::{Address, Lane, Store, StoreOptions, Value};

/// Rows of each table.
const ROWS: i64 = 3;

#[derive(Debug, Clone, PartialEq)]
struct Table {
    name: String,
    /// Names and types, as SQLite has them.
    columns: Vec<(String, String)>,
}

/// The tables of a version, those that others refer to first.
fn tables(version: i64) -> Vec<Table> {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = open(&Address::Sqlite(folder.path().join("empty.db")));
    Schema::migrate_to(&mut connection, version).unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema'
        ORDER BY rowid";
    let names: Vec<String> = connection.rows(sql, &[]).unwrap().iter().map(|row| row.text(0)).collect();
    let columns = |connection: &mut Connection, name: &str| {
        let rows = connection.rows("SELECT name, type FROM pragma_table_info($1)", &values![name]).unwrap();
        rows.iter().map(|row| (row.text(0), row.text(1))).collect()
    };
    names.into_iter().map(|name| Table { columns: columns(&mut connection, &name), name }).collect()
}

fn open(address: &Address) -> Connection {
    Connector::new(&StoreOptions::new(address.clone())).connect_to_write().unwrap()
}

/// Every column of a row says the number of the row, so that rows refer to one another as the schema wants it.
fn value(kind: &str, row: i64) -> Value {
    match kind {
        "INTEGER" => row.into(),
        "REAL" => (row as f64 + 0.5).into(),
        "BLOB" => vec![u8::try_from(row).unwrap(); 4].into(),
        "TEXT" => format!("row-{row}").into(),
        other => panic!("{other} is none of the types that migrations are written in"),
    }
}

fn fill(connection: &mut Connection, tables: &[Table]) {
    for table in tables {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
        // Some tables have a row from the beginning.
        let (into, names, places) = (&table.name, names.join(", "), places.join(", "));
        let sql = format!("INSERT INTO {into} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING");
        for row in 1..=ROWS {
            let values: Vec<Value> = table.columns.iter().map(|(_, kind)| value(kind, row)).collect();
            connection.execute(&sql, &values).unwrap();
        }
    }
}

/// All rows of a table, in these columns.
fn rows(connection: &mut Connection, table: &str, columns: &[&str]) -> Vec<crate::Row> {
    let columns = columns.join(", ");
    connection.rows(&format!("SELECT {columns} FROM {table} ORDER BY {columns}"), &[]).unwrap()
}

/// Brings a database of a version with rows up to date, and compares.
fn comes_up_to_date(address: &Address, version: i64) {
    let former = tables(version);
    let newest = tables(Schema::newest());
    let mut connection = open(address);
    Schema::migrate_to(&mut connection, version).unwrap();
    assert_eq!(Schema::found(&mut connection).unwrap(), version);
    fill(&mut connection, &former);
    let left = |table: &Table| -> Option<Vec<String>> {
        let now = newest.iter().find(|now| now.name == table.name)?;
        let names = table.columns.iter().map(|(name, _)| name.clone());
        Some(names.filter(|name| now.columns.iter().any(|(now, _)| now == name)).collect())
    };
    let kept = |connection: &mut Connection| -> Vec<(String, Vec<crate::Row>)> {
        let tables = former.iter().filter_map(|table| Some((table, left(table)?)));
        tables
            .map(|(table, columns)| {
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                (table.name.clone(), rows(connection, &table.name, &columns))
            })
            .collect()
    };
    let before = kept(&mut connection);
    assert!(before.iter().all(|(name, rows)| rows.len() as i64 == ROWS || panic!("{name} has {} rows", rows.len())));
    drop(connection);
    let store = Store::open(&StoreOptions::new(address.clone())).unwrap();
    let mut connection = open(address);
    assert_eq!(kept(&mut connection), before, "from schema {version}");
    Schema::check(&mut connection).unwrap();
    // What is new can be used beside what is old.
    let permit = policy::access::Principal::server();
    let permit = policy::access::permit(&permit, "images.read".parse().unwrap()).unwrap();
    let query = ImageQuery { limit: 10, ..ImageQuery::default() };
    let images = store.read_blocking(move |connection| list(connection, &permit, &query)).unwrap().0;
    let had_images = former.iter().any(|table| table.name == "images");
    assert_eq!(images.len() as i64, if had_images { ROWS } else { 0 });
    let set = "INSERT INTO settings (name, value, version, changed) VALUES ('new', '', 1, 0)";
    store.write_blocking(Lane::Audited, move |connection| connection.execute(set, &[])).unwrap();
}

#[test]
fn every_earlier_schema_with_rows_comes_up_to_date() {
    for step in SCHEMA {
        let folder = tempfile::tempdir().unwrap();
        comes_up_to_date(&Address::Sqlite(folder.path().join("old.db")), step.version);
        if let Some(uri) = test_support::postgres_database() {
            comes_up_to_date(&Address::Postgres(uri), step.version);
        }
    }
}

#[test]
fn repositories_of_before_are_cut_into_their_parts() {
    let folder = tempfile::tempdir().unwrap();
    let mut addresses = vec![Address::Sqlite(folder.path().join("old.db"))];
    addresses.extend(test_support::postgres_database().map(Address::Postgres));
    for address in addresses {
        let mut connection = open(&address);
        Schema::migrate_to(&mut connection, 25).unwrap();
        fill(&mut connection, &tables(25));
        let named = "UPDATE image_names SET repository = 'Shop/eu/api' WHERE image_id = 1";
        connection.execute(named, &[]).unwrap();
        Schema::migrate(&mut connection).unwrap();
        let parts = rows(&mut connection, "image_segments", &["segment", "image_id"]);
        let parts: Vec<(String, i64)> = parts.iter().map(|row| (row.text(0), row.integer(1))).collect();
        let expected = [("api", 1), ("eu", 1), ("row-2", 2), ("row-3", 3), ("shop", 1)];
        assert_eq!(parts, expected.map(|(part, image)| (part.to_owned(), image)));
    }
}

#[test]
fn a_step_ends_whatever_time_it_takes_and_what_comes_behind_it_does_not() {
    let Some(address) = test_support::postgres_database().map(Address::Postgres) else { return };
    let mut connection = open(&address);
    let longest = |connection: &mut Connection| connection.row("SHOW statement_timeout", &[]).unwrap().unwrap().text(0);
    begin_alone(&mut connection).unwrap();
    assert_eq!(longest(&mut connection), "0");
    connection.batch("COMMIT").unwrap();
    assert_eq!(longest(&mut connection), "1min");
}

#[test]
fn a_step_that_fails_leaves_the_schema_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::Sqlite(folder.path().join("old.db"));
    let mut connection = open(&address);
    let step = SCHEMA.iter().position(|step| step.name == "scale").unwrap();
    let former = SCHEMA[step - 1].version;
    Schema::migrate_to(&mut connection, former).unwrap();
    // Something is in the way of the step.
    connection.batch("CREATE TABLE images_seen (at INTEGER) STRICT").unwrap();
    assert!(Schema::migrate(&mut connection).is_err());
    assert_eq!(Schema::found(&mut connection).unwrap(), former);
    let columns = connection.rows("SELECT name FROM pragma_table_info('images') WHERE name = 'seen'", &[]).unwrap();
    assert!(columns.is_empty(), "what the step did before it failed is undone");
    connection.batch("DROP TABLE images_seen").unwrap();
    Schema::migrate(&mut connection).unwrap();
    Schema::check(&mut connection).unwrap();
}
