use super::*;
use crate::values;

fn open(folder: &Path) -> Store {
    Store::open(&StoreOptions::new(Address::Sqlite(folder.join("store.db")))).unwrap()
}

fn set(store: &Store, name: &'static str, value: &'static str) -> Result<u64, StoreError> {
    store.write_blocking(Lane::Audited, move |connection| {
        connection.execute(
            "INSERT INTO settings (name, value, version, changed) VALUES ($1, $2, 1, 0)",
            &values![name, value],
        )
    })
}

fn names(store: &Store) -> Vec<String> {
    let rows = store.read_blocking(|connection| connection.rows("SELECT name FROM settings ORDER BY name", &[]));
    rows.unwrap().iter().map(|row| row.text(0)).collect()
}

#[test]
fn what_was_acknowledged_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    set(&store, "a", "1").unwrap();
    drop(store);
    assert_eq!(names(&open(folder.path())), ["a"]);
}

#[test]
fn work_that_fails_is_undone_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    set(&store, "a", "1").unwrap();
    let failed = store.write_blocking(Lane::Audited, |connection| -> Result<(), StoreError> {
        connection.execute("INSERT INTO settings (name, value, version, changed) VALUES ('b', '', 1, 0)", &[])?;
        Err(StoreError::NotFound { what: "policy" })
    });
    assert!(matches!(failed, Err(StoreError::NotFound { .. })));
    assert!(matches!(set(&store, "a", "2"), Err(StoreError::Sqlite(_))), "the name is taken");
    set(&store, "c", "3").unwrap();
    assert_eq!(names(&store), ["a", "c"]);
}

#[test]
fn a_defect_costs_its_own_work_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let broken = store.write_blocking(Lane::Audited, |_| -> Result<(), StoreError> { panic!("a defect") });
    assert!(matches!(broken, Err(StoreError::Defect)));
    set(&store, "a", "1").unwrap();
    assert_eq!(names(&store), ["a"]);
}

#[test]
fn readers_do_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let refused = store.read_blocking(|connection| {
        connection.execute("INSERT INTO settings (name, value, version, changed) VALUES ('a', '', 1, 0)", &[])
    });
    assert!(refused.is_err() && names(&store).is_empty());
}

#[test]
fn many_writers_at_once_all_get_their_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let store = store.clone();
            std::thread::spawn(move || {
                for number in 0..50 {
                    let name = format!("{thread}-{number}");
                    let insert = move |connection: &mut Connection| {
                        connection.execute(
                            "INSERT INTO settings (name, value, version, changed) VALUES ($1, '', 1, 0)",
                            &values![&name],
                        )
                    };
                    store.write_blocking(Lane::Beside, insert).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(names(&store).len(), 400);
}

#[test]
fn a_schema_of_a_later_version_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .write_blocking(Lane::Audited, |connection| connection.execute("UPDATE schema SET version = 999", &[]))
        .unwrap();
    drop(store);
    let options = StoreOptions::new(Address::Sqlite(folder.path().join("store.db")));
    let error = Store::open(&options).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("schema 999") && error.contains("later version"), "{error}");
}
