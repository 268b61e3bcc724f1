//! A writer that is killed at any moment loses nothing that it was told is written, and leaves nothing half-written.
//!
//! The test starts itself again as a writer, which writes a pair of rows and an audit record at a time and says each
//! number once it is acknowledged; it is killed after a time that differs from round to round, 200 times on each store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use store::audit::{self, Actor, AuditEntry, Outcome};
use store::{Address, Connection, Lane, Store, StoreError, StoreOptions, values};

const ROUNDS: u32 = 200;

/// Which database the writer writes to; without it the test named `writer` is not asked for.
const VARIABLE: &str = "BULKHEAD_CRASH_DATABASE";

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    rounds(&format!("sqlite:{}", folder.path().join("crash.db").display()));
}

#[test]
fn nothing_acknowledged_is_lost_on_postgresql() {
    if let Some(uri) = test_support::postgres_database() {
        rounds(&uri);
    }
}

fn rounds(address: &str) {
    drop(open(address));
    let mut acknowledged = 0;
    // What a busy machine needs beside: a round without a word gives the next ones more time.
    let mut patience = 0;
    for round in 0..ROUNDS {
        let mut writer = start(address);
        let output = BufReader::new(writer.stdout.take().unwrap());
        // Long enough to open the store in most rounds, short enough to hit opening, writing and committing.
        std::thread::sleep(Duration::from_millis(u64::from(20 + round * 7 % 60 + patience)));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let said = output.lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ")?.parse().ok());
        let last: Option<i64> = said.max();
        patience = if last.is_none() { (patience + 10).min(2_000) } else { patience.saturating_sub(5) };
        acknowledged = last.unwrap_or(acknowledged).max(acknowledged);
        check(address, acknowledged, round);
    }
    assert!(acknowledged > i64::from(ROUNDS), "the writer had the time to write something: {acknowledged}");
}

fn check(address: &str, acknowledged: i64, round: u32) {
    let store = open(address);
    let (pairs, greatest, records) = store
        .read_blocking(|connection| {
            let pairs = connection.row(
                "SELECT count(*), coalesce(max(version), 0) FROM settings WHERE name LIKE 'left-%'
                 AND NOT EXISTS (SELECT 1 FROM settings r WHERE r.name = 'right-' || settings.version)",
                &[],
            )?;
            let greatest = connection.row("SELECT coalesce(max(version), 0), count(*) FROM settings", &[])?.unwrap();
            let mut before = Vec::new();
            let mut records = 0;
            for row in connection.rows("SELECT sequence, body, hash FROM audit ORDER BY sequence", &[])? {
                records += 1;
                assert_eq!(row.integer(0), records, "numbers follow one another");
                assert_eq!(row.bytes(2), audit::chain(&before, records, &row.text(1)), "the chain holds");
                before = row.bytes(2);
            }
            Ok((pairs.unwrap().integer(0), greatest, records))
        })
        .unwrap();
    assert_eq!(pairs, 0, "round {round}: a pair is half-written");
    assert!(greatest.integer(0) >= acknowledged, "round {round}: {acknowledged} was acknowledged and is lost");
    assert_eq!(greatest.integer(1), 2 * greatest.integer(0), "round {round}: a pair is missing");
    assert_eq!(records, greatest.integer(0), "round {round}: a change without its record, or the other way round");
}

/// The writer, which is this test program with a variable set.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test finds its part by the environment")]
fn writer() {
    let Ok(address) = std::env::var(VARIABLE) else { return };
    let store = open(&address);
    let greatest = |connection: &mut Connection| -> Result<i64, StoreError> {
        let row = connection.row("SELECT coalesce(max(version), 0) FROM settings", &[])?;
        Ok(row.map_or(0, |row| row.integer(0)))
    };
    let mut number = store.read_blocking(greatest).unwrap();
    let mut out = std::io::stdout();
    loop {
        number += 1;
        store.write_blocking(Lane::Audited, move |connection| pair(connection, number)).unwrap();
        writeln!(out, "ack {number}").and_then(|()| out.flush()).unwrap();
    }
}

fn pair(connection: &mut Connection, number: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (name, value, version, changed) VALUES ($1, '', $2, 0)";
    connection.execute(sql, &values![format!("left-{number}"), number])?;
    let actor =
        Actor { kind: "server".into(), id: "server".into(), name: "server".into(), address: None, request: None };
    let entry = AuditEntry {
        at: number,
        actor,
        action: "setting.change".into(),
        object: "setting".into(),
        object_id: number.to_string(),
        object_name: String::new(),
        outcome: Outcome::Done,
        before: None,
        after: None,
    };
    audit::append(connection, &entry)?;
    connection.execute(sql, &values![format!("right-{number}"), number]).map(|_| ())
}

fn open(address: &str) -> Store {
    let options = StoreOptions { readers: 1, writers: 1, ..StoreOptions::new(address.parse::<Address>().unwrap()) };
    Store::open(&options).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the test starts itself as the writer")]
fn start(address: &str) -> Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--nocapture", "--test-threads=1"])
        .env(VARIABLE, address)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
