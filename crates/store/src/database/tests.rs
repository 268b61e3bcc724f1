use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::testing::on_both_stores;
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
fn a_database_is_for_its_owner_alone_whatever_its_folder_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let store = open(folder.path());
    set(&store, "a", "1").unwrap();
    let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(["store.db", "store.db-wal", "store.db-shm"].map(mode), [0o600; 3]);
}

#[test]
fn work_that_fails_is_undone_alone() {
    on_both_stores(work_that_fails);
}

fn work_that_fails(store: &Store) {
    set(store, "a", "1").unwrap();
    let failed = store.write_blocking(Lane::Audited, |connection| -> Result<(), StoreError> {
        connection.execute("INSERT INTO settings (name, value, version, changed) VALUES ('b', '', 1, 0)", &[])?;
        Err(StoreError::NotFound { what: "policy" })
    });
    assert!(matches!(failed, Err(StoreError::NotFound { .. })));
    let taken = set(store, "a", "2");
    assert!(matches!(taken, Err(StoreError::Sqlite(_) | StoreError::Postgres(_))), "the name is taken: {taken:?}");
    assert!(taken.unwrap_err().is_taken());
    set(store, "c", "3").unwrap();
    assert_eq!(names(store), ["a", "c"]);
}

#[test]
fn work_that_has_failed_alone_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let connector = Connector::new(&StoreOptions::new(Address::Sqlite(folder.path().join("store.db"))));
    let [mut first, mut second] = [(); 2].map(|()| connector.connect(Role::Writer).unwrap());
    let (failing, _answer) = Item::<(), _>::new(|connection: &mut Connection| -> Result<(), StoreError> {
        connection.execute("INSERT INTO settings (name, value, version, changed) VALUES ('b', '', 1, 0)", &[])?;
        Err(StoreError::NotFound { what: "policy" })
    });
    let mut batch: Vec<Box<dyn Work>> = vec![Box::new(failing)];
    assert_eq!(run_batch(&mut first, &mut batch).unwrap(), Committed::Whole);
    // Another writer has its turn before the answer is given.
    second.batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
    first.batch("COMMIT").unwrap();
    assert_eq!(names(&store), [""; 0]);
}

#[test]
fn a_defect_costs_its_own_work_only() {
    on_both_stores(a_defect);
}

fn a_defect(store: &Store) {
    let broken = store.write_blocking(Lane::Audited, |_| -> Result<(), StoreError> { panic!("a defect") });
    assert!(matches!(broken, Err(StoreError::Defect)));
    set(store, "a", "1").unwrap();
    assert_eq!(names(store), ["a"]);
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
    on_both_stores(many_writers);
}

fn many_writers(store: &Store) {
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let store = store.clone();
            thread::spawn(move || {
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
    assert_eq!(names(store).len(), 400);
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

#[test]
fn a_connection_that_dies_is_replaced_without_a_restart() {
    let Some(uri) = test_support::postgres_database() else { return };
    let store = Store::open(&StoreOptions::new(Address::Postgres(uri))).unwrap();
    set(&store, "a", "1").unwrap();
    // Every connection but the one that says so.
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    store.read_blocking(move |connection| connection.rows(kill, &[]).map(|_| ())).unwrap();
    set(&store, "b", "2").unwrap();
    for _ in 0..8 {
        assert_eq!(names(&store), ["a", "b"]);
    }
}

#[test]
fn a_database_that_is_away_is_told() {
    let options = StoreOptions::new("postgres://nobody@127.0.0.1:1/none?sslmode=disable".parse().unwrap());
    let error = Store::open(&options).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the database postgres://127.0.0.1:1/none");
}

#[test]
fn a_reference_to_something_gone_is_told_as_that() {
    on_both_stores(|store| {
        let refused = store.write_blocking(Lane::Audited, |connection| {
            connection.execute("INSERT INTO role_scopes (role_id, scope_id) VALUES ('none', 'none')", &[])
        });
        let error = refused.unwrap_err();
        assert!(error.is_of_something_gone() && !error.is_taken(), "{error:?}");
    });
}

/// Two servers with one database; none where PostgreSQL is not installed.
fn two_servers() -> Option<[Store; 2]> {
    let options = StoreOptions::new(Address::Postgres(test_support::postgres_database()?));
    Some([Store::open(&options).unwrap(), Store::open(&options).unwrap()])
}

/// A place to which two pieces of work come before either goes on, the first time that each is done.
struct Meeting {
    barrier: Arc<Barrier>,
    was_there: AtomicBool,
}

impl Meeting {
    fn of_two() -> [Meeting; 2] {
        let barrier = Arc::new(Barrier::new(2));
        [(); 2].map(|()| Meeting { barrier: Arc::clone(&barrier), was_there: AtomicBool::new(false) })
    }

    fn wait(&self) {
        if !self.was_there.swap(true, Ordering::Relaxed) {
            self.barrier.wait();
        }
    }
}

#[test]
fn what_two_servers_make_at_once_is_there_already_for_the_second() {
    let Some([first, second]) = two_servers() else { return };
    let make = |store: Store, looked: Meeting| {
        thread::spawn(move || {
            store.write_blocking(Lane::Audited, move |connection| {
                if connection.row("SELECT name FROM settings WHERE name = 'a'", &[])?.is_some() {
                    return Err(StoreError::Exists { what: "setting" });
                }
                looked.wait();
                connection.execute("INSERT INTO settings (name, value, version, changed) VALUES ('a', '', 1, 0)", &[])
            })
        })
    };
    let [one, other] = Meeting::of_two();
    let made: Vec<_> = [make(first, one), make(second, other)].map(|made| made.join().unwrap()).into_iter().collect();
    let exists = made.iter().filter(|made| matches!(made, Err(StoreError::Exists { .. }))).count();
    assert_eq!((made.iter().filter(|made| made.is_ok()).count(), exists), (1, 1), "{made:?}");
}

/// How many pieces of work wait for the writer.
fn waiting(store: &Store) -> usize {
    let queue = store.queue(Lane::Audited).unwrap();
    queue.max_capacity() - queue.capacity()
}

#[test]
fn work_that_waits_for_another_server_in_a_circle_is_done_once_on_both() {
    let Some([first, second]) = two_servers() else { return };
    for name in ["a", "b", "c", "d"] {
        set(&first, name, "").unwrap();
    }
    let touch = |store: &Store, name: &'static str, meetings: Vec<Meeting>| {
        let store = store.clone();
        thread::spawn(move || {
            store.write_blocking(Lane::Audited, move |connection| {
                let sql = "UPDATE settings SET version = version + 1 WHERE name = $1";
                let changed = connection.execute(sql, &values![name])?;
                meetings.iter().for_each(Meeting::wait);
                Ok(changed)
            })
        })
    };
    // Each holds its first row before either asks for that of the other.
    let [has_a, has_b] = Meeting::of_two();
    let mut touched = Vec::new();
    for (store, busy, rows) in [
        (&first, "c", [("a", vec![has_a]), ("b", Vec::new())]),
        (&second, "d", [("b", vec![has_b]), ("a", Vec::new())]),
    ] {
        // While the writer is busy, the others come together, in this order, as one transaction.
        let ([begins, begun], [ends, end]) = (Meeting::of_two(), Meeting::of_two());
        touched.push(touch(store, busy, vec![begins, ends]));
        begun.wait();
        for (at, (row, meetings)) in rows.into_iter().enumerate() {
            touched.push(touch(store, row, meetings));
            while waiting(store) <= at {
                thread::yield_now();
            }
        }
        end.wait();
    }
    for touched in touched {
        assert_eq!(touched.join().unwrap().unwrap(), 1);
    }
    let rows = first.read_blocking(|connection| connection.rows("SELECT version FROM settings ORDER BY name", &[]));
    let versions: Vec<i64> = rows.unwrap().iter().map(|row| row.integer(0)).collect();
    assert_eq!(versions, [3, 3, 2, 2]);
}
