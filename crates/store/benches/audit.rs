//! How many audit records a second become durable, written by many at once, each acknowledged after its commit; beside it
//! the same by one writer who waits for each, which is what a flush of the disk allows without shared commits.
//!
//! `cargo bench -p store`. The goal is 5,000 a second. SQLite runs as the server runs it (WAL, synchronous=FULL).
//! PostgreSQL is the one of the tests, which does not flush (fsync=off): its figure tells the program's part alone.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use store::audit::{self, Actor, AuditEntry, Outcome};
use store::{Address, Lane, Store, StoreOptions};

const SPAN: Duration = Duration::from_secs(5);

/// How many write at once: as many requests as a busy server has under way.
const WRITERS: usize = 64;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    measure("SQLite", Address::Sqlite(folder.path().join("bench.db")));
    match test_support::postgres_database() {
        Some(uri) => measure("PostgreSQL without fsync", Address::Postgres(uri)),
        None => println!("PostgreSQL is not installed"),
    }
}

fn measure(name: &str, address: Address) {
    let store = Store::open(&StoreOptions::new(address)).expect("the store opens");
    let alone = rate(&store, 1);
    let together = rate(&store, WRITERS);
    println!("{name}: one writer {alone:.0}/s, {WRITERS} writers {together:.0}/s ({:.0} times)", together / alone);
}

fn rate(store: &Store, writers: usize) -> f64 {
    let began = Instant::now();
    let threads: Vec<_> = (0..writers)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                let mut count = 0_u32;
                while began.elapsed() < SPAN {
                    store
                        .write_blocking(Lane::Audited, |connection| audit::append(connection, &entry()))
                        .expect("a record is written");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let count: u32 = threads.into_iter().map(|thread| thread.join().expect("no writer fails")).sum();
    f64::from(count) / began.elapsed().as_secs_f64()
}

/// A record of the usual size.
fn entry() -> AuditEntry {
    AuditEntry {
        at: 1_790_000_000_000_000,
        actor: Actor {
            kind: "user".to_owned(),
            id: "01a22303-61ae-73d0-915f-ba27f1a4227e".to_owned(),
            name: "alice".to_owned(),
            address: Some("192.0.2.7".to_owned()),
            request: Some("01a22303-61ae-73d0-915f-ba27f1a4227f".to_owned()),
        },
        action: "policy.change".to_owned(),
        object: "policy".to_owned(),
        object_id: "01a22303-61ae-73d0-915f-ba27f1a4227d".to_owned(),
        object_name: "production".to_owned(),
        outcome: Outcome::Done,
        before: Some(serde_json::json!({ "mode": "audit", "controls": ["superuser", "cvss.maximum_score"] })),
        after: Some(serde_json::json!({ "mode": "enforce", "controls": ["superuser", "cvss.maximum_score"] })),
    }
}
