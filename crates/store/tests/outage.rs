//! A disk that is full and a database that is away: whoever writes is told so, what was acknowledged stays, what was not is
//! not there, and work goes on by itself when the cause is gone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use store::{Address, Lane, Store, StoreError, StoreOptions, values};
use test_support::OwnPostgres;

/// The folder of the small file system; without it the test named `inside` is not asked for.
const VARIABLE: &str = "BULKHEAD_SMALL_FOLDER";

/// What writers were told.
#[derive(Default)]
struct Told {
    kept: BTreeSet<String>,
    refused: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

fn open(address: &str) -> Store {
    Store::open(&StoreOptions::new(address.parse::<Address>().unwrap())).unwrap()
}

fn write(store: &Store, name: &str, length: usize) -> Result<u64, StoreError> {
    let (name, value) = (name.to_owned(), noise(name, length));
    store.write_blocking(Lane::Audited, move |connection| {
        connection.execute(
            "INSERT INTO settings (name, value, version, changed) VALUES ($1, $2, 1, 0)",
            &values![&name, &value],
        )
    })
}

/// Text that no database makes smaller.
fn noise(seed: &str, length: usize) -> String {
    let mut state = seed.bytes().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| state.rotate_left(9) ^ u64::from(byte));
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(&format!("{state:016x}"));
    }
    text
}

fn names(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT name FROM settings WHERE name LIKE 'w%'";
    Ok(store.read_blocking(move |connection| connection.rows(sql, &[]))?.iter().map(|row| row.text(0)).collect())
}

/// Writes from several threads until `ends`.
fn write_until(store: &Store, prefix: &str, length: usize, ends: impl Fn() -> bool + Sync) -> Told {
    let told = std::sync::Mutex::new(Told::default());
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (told, ends) = (&told, &ends);
            threads.spawn(move || {
                for number in 0.. {
                    if ends() {
                        return;
                    }
                    let name = format!("w-{prefix}-{thread}-{number}");
                    let result = write(store, &name, length);
                    let mut told = told.lock().unwrap();
                    match result {
                        Ok(_) => told.kept.insert(name),
                        Err(StoreError::Full | StoreError::Unreachable { .. }) => told.refused.insert(name),
                        Err(StoreError::Uncertain) => told.unknown.insert(name),
                        Err(error) => panic!("a reason that nobody can act on: {error:?}"),
                    };
                }
            });
        }
    });
    told.into_inner().unwrap()
}

/// Fills the disk, sees that it is told, makes room, and compares.
fn survives_a_full_disk(store: &Store, make_room: impl FnOnce()) {
    let refused = AtomicBool::new(false);
    let began = Instant::now();
    let told = write_until(store, "filling", 60_000, || {
        assert!(began.elapsed() < Duration::from_secs(120), "the disk is never full");
        if !refused.load(Ordering::Relaxed) {
            refused.store(
                matches!(write(store, &format!("probe-{}", began.elapsed().as_nanos()), 60_000), Err(StoreError::Full)),
                Ordering::Relaxed,
            );
        }
        refused.load(Ordering::Relaxed)
    });
    let mut told = told;
    // What was refused together with others may fit alone: until nothing does.
    let mut again = Ok(1);
    for number in 0..200 {
        let name = format!("w-full-{number}");
        again = write(store, &name, 60_000);
        match again {
            Ok(_) => told.kept.insert(name),
            Err(_) => break,
        };
    }
    assert!(matches!(again, Err(StoreError::Full)), "it says what is wrong: {again:?}");
    assert!(!told.kept.is_empty());
    assert_eq!(names(store).unwrap(), told.kept, "what was acknowledged is there and nothing else, and can be read");
    make_room();
    write(store, "w-after", 60_000).unwrap();
    let mut all = told.kept;
    all.insert("w-after".to_owned());
    assert_eq!(names(store).unwrap(), all);
}

#[test]
fn a_full_database_of_sqlite_is_told_and_recovered_from() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&format!("sqlite:{}", folder.path().join("full.db").display()));
    let limit = |pages: u32| {
        let set =
            move |connection: &mut store::Connection| connection.rows(&format!("PRAGMA max_page_count = {pages}"), &[]);
        store.write_blocking(Lane::Audited, set).unwrap();
    };
    limit(600);
    survives_a_full_disk(&store, || limit(100_000));
}

#[test]
fn a_full_tablespace_of_postgresql_is_told_and_recovered_from() {
    let Some(server) = OwnPostgres::start_new(Some(48)) else { return };
    let first = open(&server.uri());
    let make = format!("CREATE TABLESPACE small LOCATION '{}'", server.small_folder().display());
    // Neither can be made within a transaction.
    let outside = |sql: String| first.read_blocking(move |connection| connection.execute(&sql, &[])).unwrap();
    outside(make);
    outside("CREATE DATABASE small TABLESPACE small".to_owned());
    let uri = server.uri().replace("/postgres?", "/small?");
    let store = open(&uri);
    let ballast = "CREATE TABLE ballast AS SELECT repeat(md5(n::text), 60) AS value FROM generate_series(1, 6000) n";
    store.write_blocking(Lane::Audited, move |connection| connection.execute(ballast, &[])).unwrap();
    survives_a_full_disk(&store, || {
        store.read_blocking(|connection| connection.execute("DROP TABLE ballast", &[])).unwrap();
    });
}

/// A file system of 12 MiB, in a mount namespace of its own where this test program runs again.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test starts itself")]
fn a_full_file_system_below_sqlite_is_told_and_recovered_from() {
    if !test_support::can_mount() {
        eprintln!("SKIPPED: only a superuser with mount namespaces can make a small file system");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let life = "mount -t tmpfs -o size=12m tmpfs \"$1\" && exec \"$0\" --exact inside --nocapture";
    let output = std::process::Command::new("unshare")
        .args(["--mount", "sh", "-c", life])
        .arg(std::env::current_exe().unwrap())
        .arg(folder.path())
        .env(VARIABLE, folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// The test above, in its mount namespace.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test finds its part by the environment")]
fn inside() {
    let Some(folder) = std::env::var_os(VARIABLE).map(std::path::PathBuf::from) else { return };
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; 4 << 20]).unwrap();
    let store = open(&format!("sqlite:{}", folder.join("full.db").display()));
    survives_a_full_disk(&store, || std::fs::remove_file(&ballast).unwrap());
}

#[test]
fn a_postgresql_that_goes_away_is_told_and_comes_back_without_a_restart() {
    let Some(mut server) = OwnPostgres::start_new(None) else { return };
    let store = open(&server.uri());
    let ended = AtomicBool::new(false);
    let told = std::thread::scope(|threads| {
        let writers = threads.spawn(|| write_until(&store, "down", 100, || ended.load(Ordering::Relaxed)));
        for _ in 0..3 {
            std::thread::sleep(Duration::from_millis(300));
            server.stop();
            let began = Instant::now();
            assert!(matches!(names(&store), Err(StoreError::Unreachable { .. })), "readers are told");
            let refused = write(&store, "w-away", 1);
            assert!(matches!(refused, Err(StoreError::Unreachable { .. })), "writers are told: {refused:?}");
            assert!(began.elapsed() < Duration::from_secs(5), "at once");
            server.start();
            write(&store, &format!("back-{}", began.elapsed().as_nanos()), 1).unwrap();
            names(&store).unwrap();
        }
        ended.store(true, Ordering::Relaxed);
        writers.join().unwrap()
    });
    assert!(!told.kept.is_empty() && !told.refused.is_empty());
    let there = names(&store).unwrap();
    let lost: Vec<&String> = told.kept.difference(&there).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let half: Vec<&String> = told.refused.intersection(&there).collect();
    assert!(half.is_empty(), "refused and there: {half:?}");
}
