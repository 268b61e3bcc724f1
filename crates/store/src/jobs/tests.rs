use policy::access::{Principal, permit};
use policy::filter::{Filter, Sort};

use super::*;
use crate::registries::{self, Registry, Rules};
use crate::testing::on_both_stores;
use crate::{Lane, Store};
use crate::{Place, Value};

fn may(permission: &str) -> Permit {
    permit(&Principal::server(), permission.parse().unwrap()).unwrap()
}

fn write<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    store.write_blocking(Lane::Beside, work)
}

fn add_registry(store: &Store, id: &str, most_at_once: i64) {
    let registry = Registry {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: "oci".to_owned(),
        address: "r.example".to_owned(),
        ca: None,
        plain_http: false,
        rules: Rules::default(),
        poll_seconds: 60,
        most_at_once,
        stale_days: 0,
        is_enabled: true,
        credential: None,
        credential_type: None,
        hook_secret: None,
        next_poll: 0,
        last_listed: None,
        failure: None,
        risks: "[]".to_owned(),
        created: 0,
        changed: 0,
        version: 1,
    };
    write(store, move |connection| registries::insert(connection, &may("registries.write"), &registry)).unwrap();
}

fn add(store: &Store, id: &str, key: &str, registry: &str, priority: Priority) -> String {
    let new = NewJob {
        id: id.to_owned(),
        kind: "scan",
        key: key.to_owned(),
        registry_id: registry.to_owned(),
        priority,
        work: "{}".to_owned(),
        requested_by: "test".to_owned(),
    };
    write(store, move |connection| enqueue(connection, &new, 0)).unwrap()
}

/// A target of notifications that wants all that targets are told.
fn add_target(store: &Store) {
    write(store, |connection| {
        let sql = "INSERT INTO integrations (id, name, kind, settings, topics, language, digest, is_enabled, leased,
            created, changed, version) VALUES ('i', 'i', 'webhook', '{}', '*', 'en', 0, 1, 0, 0, 0, 1)";
        connection.execute(sql, &[])
    })
    .unwrap();
}

fn take(store: &Store, secret: u8, now: i64) -> Option<Job> {
    let given = Lease { secret: vec![secret], holder: format!("worker {secret}"), until: now + 10 };
    write(store, move |connection| lease(connection, &may("scans.write"), &given, now)).unwrap()
}

fn id(job: Option<Job>) -> Option<String> {
    job.map(|job| job.id)
}

#[test]
fn who_waits_comes_first_and_a_registry_is_not_asked_too_much_at_once() {
    on_both_stores(|store| {
        add_registry(store, "one", 2);
        add_registry(store, "other", 1);
        add(store, "1", "a", "one", Priority::Schedule);
        add(store, "2", "b", "one", Priority::Webhook);
        add(store, "3", "c", "one", Priority::Person);
        add(store, "4", "d", "other", Priority::Schedule);
        assert_eq!(id(take(store, 1, 1)).as_deref(), Some("3"));
        assert_eq!(id(take(store, 2, 1)).as_deref(), Some("2"));
        assert_eq!(id(take(store, 3, 1)).as_deref(), Some("4"), "the first registry is asked enough");
        assert_eq!(take(store, 4, 1), None);
        write(store, |connection| finish(connection, &may("scans.write"), "3", &[1], None, 2)).unwrap();
        assert_eq!(id(take(store, 4, 2)).as_deref(), Some("1"));
    });
}

#[test]
fn the_same_work_is_open_once_and_is_hurried_by_who_waits_more() {
    on_both_stores(|store| {
        add_registry(store, "one", 9);
        assert_eq!(add(store, "1", "a", "one", Priority::Schedule), "1");
        add(store, "2", "b", "one", Priority::Webhook);
        assert_eq!(add(store, "3", "a", "one", Priority::Person), "1");
        assert_eq!(id(take(store, 1, 1)).as_deref(), Some("1"));
        assert_eq!(add(store, "4", "a", "one", Priority::Person), "1", "a leased job is open too");
        write(store, |connection| finish(connection, &may("scans.write"), "1", &[1], Some("{}"), 2)).unwrap();
        assert_eq!(add(store, "5", "a", "one", Priority::Person), "5");
    });
}

#[test]
fn a_lease_that_ran_out_is_anothers_and_only_its_holder_answers() {
    on_both_stores(|store| {
        add_registry(store, "one", 9);
        add(store, "1", "a", "one", Priority::Schedule);
        take(store, 1, 1);
        let back = |now| {
            write(store, move |connection| take_back(connection, &may("scans.write"), "{\"code\":\"lost\"}", 0.0, now))
                .unwrap()
                .len()
        };
        assert_eq!(back(5), 0);
        write(store, |connection| heartbeat(connection, &may("scans.write"), "1", &[1], 50)).unwrap();
        assert_eq!((back(20), back(60)), (0, 1), "a heartbeat keeps it");
        let late = 60 + LONGEST_WAIT;
        assert_eq!(take(store, 2, 61), None, "it waits before it is tried again");
        assert_eq!(take(store, 2, late).unwrap().tries, 2);
        let answer = |secret: u8| {
            write(store, move |connection| finish(connection, &may("scans.write"), "1", &[secret], None, late))
        };
        assert!(matches!(answer(1), Err(StoreError::Changed { .. })), "the first holder comes too late");
        answer(2).unwrap();
        assert!(matches!(answer(2), Err(StoreError::Changed { .. })), "there is one answer");
    });
}

#[test]
fn a_job_that_fails_too_often_is_dead_until_a_person_tries_again() {
    on_both_stores(|store| {
        add_registry(store, "one", 9);
        add(store, "1", "a", "one", Priority::Schedule);
        let mut now = 0;
        for attempt in 1..=MOST_TRIES {
            now += LONGEST_WAIT;
            assert_eq!(take(store, 1, now).unwrap().tries, attempt);
            let failed = write(store, move |connection| {
                let how = Failed::MayPass { jitter: 1.0 };
                fail(connection, &may("scans.write"), "1", &[1], "{\"code\":\"registry.away\"}", how, now)
            });
            assert_eq!(failed.unwrap().state, if attempt == MOST_TRIES { "dead" } else { "waiting" });
        }
        let dead = write(store, |connection| by_id(connection, &may("jobs.read"), "1")).unwrap();
        assert_eq!(dead.failure.as_deref(), Some("{\"code\":\"registry.away\"}"));
        write(store, move |connection| retry(connection, &may("jobs.write"), "user/a", "1", now)).unwrap();
        assert_eq!(take(store, 1, now).unwrap().tries, 1);
        let back = write(store, move |connection| {
            fail(connection, &may("scans.write"), "1", &[1], "{}", Failed::GivenBack, now)
        });
        assert_eq!(back.unwrap().tries, 0, "what is given back was no try");
        write(store, move |connection| cancel(connection, &may("jobs.write"), "1", now)).unwrap();
        assert_eq!(take(store, 1, now), None);
    });
}

#[test]
fn a_registry_that_does_not_answer_rests_and_keeps_nobody_from_the_others() {
    on_both_stores(|store| {
        add_registry(store, "away", 9);
        add_registry(store, "here", 9);
        for (job, registry) in [("1", "away"), ("2", "away"), ("3", "away"), ("4", "here")] {
            add(store, job, job, registry, Priority::Schedule);
        }
        let silent = |job: &'static str, now| {
            let how = Failed::Silent { jitter: 1.0 };
            let failure = "{\"code\":\"registry.timed_out\"}";
            write(store, move |connection| fail(connection, &may("scans.write"), job, &[1], failure, how, now)).unwrap()
        };
        let failure = |store: &Store| {
            let read = |connection: &mut Connection| registries::by_id(connection, &may("registries.read"), "away");
            write(store, read).unwrap().failure
        };
        assert_eq!(id(take(store, 1, 1)).as_deref(), Some("1"));
        silent("1", 1);
        assert!(failure(store).unwrap().contains("timed_out"));
        assert_eq!(id(take(store, 1, 2)).as_deref(), Some("4"), "not the next one of the registry that is away");
        assert_eq!(id(take(store, 1, FIRST_WAIT)), None);
        let since = write(store, |connection| crate::health::waiting_since(connection, &may("jobs.read"))).unwrap();
        assert_eq!(since, Some(1 + FIRST_WAIT), "it waits on purpose");
        // A person does not wait for the end of the rest.
        add(store, "5", "5", "away", Priority::Person);
        assert_eq!(id(take(store, 1, 3)).as_deref(), Some("5"));
        silent("5", 3);
        let again = 3 + 2 * FIRST_WAIT;
        assert_eq!(id(take(store, 2, again - 1)).as_deref(), Some("5"), "the person's job is tried again");
        assert_eq!(id(take(store, 1, again - 1)), None, "for the others it rests longer the second time");
        let next = id(take(store, 1, again)).unwrap();
        let done = next.clone();
        write(store, move |connection| finish(connection, &may("scans.write"), &done, &[1], None, again)).unwrap();
        assert_eq!(failure(store), None, "it answers");
        silent_again(store, again);
    });

    /// After an answer the rests begin anew with the shortest.
    fn silent_again(store: &Store, now: i64) {
        let next = id(take(store, 1, now)).unwrap();
        let failed = move |connection: &mut Connection| {
            fail(connection, &may("scans.write"), &next, &[1], "{}", Failed::Silent { jitter: 1.0 }, now)
        };
        write(store, failed).unwrap();
        assert_eq!(id(take(store, 1, now + FIRST_WAIT - 1)), None);
        assert!(take(store, 1, now + FIRST_WAIT).is_some());
    }
}

#[test]
fn many_lessees_at_once_never_get_the_same_job() {
    on_both_stores(|store| {
        add_registry(store, "one", 1000);
        for number in 0..60 {
            add(store, &format!("{number:03}"), &format!("key {number}"), "one", Priority::Schedule);
        }
        let threads: Vec<_> = (1..=6_u8)
            .map(|worker| {
                let store = store.clone();
                std::thread::spawn(move || {
                    let mut got = Vec::new();
                    // A lessee that finds all jobs held by others' transactions asks again.
                    for _ in 0..200 {
                        got.extend(id(take(&store, worker, 1)));
                    }
                    got
                })
            })
            .collect();
        let mut got: Vec<String> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        got.sort();
        assert_eq!(got, (0..60).map(|number| format!("{number:03}")).collect::<Vec<_>>());
    });
}

#[test]
fn lists_are_filtered_and_paged_from_the_youngest() {
    on_both_stores(|store| {
        add_registry(store, "one", 1);
        for number in 0..5 {
            add(store, &number.to_string(), &number.to_string(), "one", Priority::Schedule);
        }
        take(store, 1, 1);
        let ids = |filter: &str, before: Option<&'static str>| {
            let query = ListQuery {
                filter: Filter::read(filter, KEYS, 0).unwrap(),
                sort: Sort { key: "created", is_descending: true },
                after: before.map(|id| Place { value: id.into(), id: id.to_owned() }),
                limit: 1,
            };
            let jobs = store.read_blocking(move |connection| list(connection, &may("jobs.read"), &query)).unwrap();
            jobs.into_iter().map(|(job, _)| job.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("", None), ["4", "3"]);
        assert_eq!(ids("", Some("3")), ["2", "1"]);
        assert_eq!(ids("state:leased", None), ["0"]);
        assert_eq!(ids("-state:waiting,done registry:one kind:scan", None), ["0"]);
        assert!(ids("kind:test", None).is_empty());
    });
}

#[test]
fn every_move_of_a_job_is_told_and_the_targets_of_notifications_learn_of_failures() {
    on_both_stores(|store| {
        add_registry(store, "one", 9);
        add_target(store);
        add(store, "1", "scan/one/shop/api:1", "one", Priority::Person);
        add(store, "2", "scan/one/shop/api:1", "one", Priority::Person);
        let failed = |secret: u8, how: Failed, now: i64| {
            let failure = "{\"code\":\"registry.away\",\"parameters\":{\"status\":500}}";
            write(store, move |connection| fail(connection, &may("scans.write"), "1", &[secret], failure, how, now))
                .unwrap()
        };
        take(store, 1, 1);
        failed(1, Failed::MayPass { jitter: 1.0 }, 2);
        take(store, 2, LONGEST_WAIT);
        failed(2, Failed::ForGood, LONGEST_WAIT);
        write(store, |connection| retry(connection, &may("jobs.write"), "user/a", "1", LONGEST_WAIT)).unwrap();
        write(store, |connection| cancel(connection, &may("jobs.write"), "1", LONGEST_WAIT)).unwrap();
        add(store, "3", "list/one", "one", Priority::Person);
        take(store, 3, 1);
        write(store, |connection| take_back(connection, &may("scans.write"), "{}", 0.0, 60)).unwrap();
        take(store, 4, LONGEST_WAIT);
        write(store, |connection| finish(connection, &may("scans.write"), "3", &[4], None, LONGEST_WAIT)).unwrap();
        let events = store.read_blocking(|connection| crate::events::behind(connection, 0, 100)).unwrap();
        let told: Vec<String> =
            events.iter().map(|event| format!("{} {}", event.object_id, event.topic.replace("job.", ""))).collect();
        let moves = ["queued", "started", "queued", "started", "failed", "queued", "cancelled"];
        let mut expected: Vec<String> = moves.iter().map(|moved| format!("1 {moved}")).collect();
        expected.extend(["queued", "started", "queued", "started", "finished"].map(|moved| format!("3 {moved}")));
        assert_eq!(told, expected);
        let dead = &events[4].parameters;
        assert_eq!((&dead["name"], &dead["registry"]), (&"shop/api:1".into(), &"one".into()));
        assert_eq!(dead["failure"]["parameters"]["status"], 500);
        assert_eq!(events[7].parameters["name"], "3", "what is no scan is known by its id");
        let outbox = store.read_blocking(|connection| connection.rows("SELECT cause FROM outbox", &[])).unwrap();
        assert_eq!(outbox.iter().map(|row| row.text(0)).collect::<Vec<_>>(), ["job.failed/registry.away"]);
    });
}

/// Jobs pile up; nothing that is asked for each request may read them all.
#[test]
fn no_query_scans_the_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let options = crate::StoreOptions::new(crate::Address::Sqlite(folder.path().join("store.db")));
    let store = Store::open(&options).unwrap();
    for (sql, what) in [
        (
            "SELECT id FROM jobs WHERE state = 'waiting' AND registry_id = $1 AND not_before <= $2 ORDER BY priority, id LIMIT 1",
            "first",
        ),
        ("SELECT count(*) FROM jobs WHERE registry_id = $1 AND state = 'leased'", "leased"),
        ("SELECT id FROM jobs WHERE state = 'leased' AND lease_until < $1 ORDER BY lease_until LIMIT $2", "over"),
        ("SELECT id FROM jobs WHERE id < $1 ORDER BY id DESC LIMIT $2", "list"),
        ("SELECT id FROM jobs WHERE id < $1 AND (state IN ($2)) ORDER BY id DESC LIMIT 5", "by state"),
        ("SELECT id FROM jobs WHERE key = $1 AND state IN ('waiting', 'leased')", "key"),
        ("SELECT id FROM jobs WHERE finished IS NOT NULL AND finished < $1 ORDER BY finished LIMIT $2", "forget"),
    ] {
        let parameters: Vec<Value> = (0..sql.matches('$').count()).map(|_| Value::from("0")).collect();
        let plan = store
            .read_blocking(move |connection| connection.rows(&format!("EXPLAIN QUERY PLAN {sql}"), &parameters))
            .unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.text(3)).collect();
        assert!(plan.iter().all(|step| !step.starts_with("SCAN") && !step.contains("TEMP B-TREE")), "{what}: {plan:?}");
    }
}

#[test]
fn that_a_scan_has_ended_is_told_of_its_image_where_a_person_waited() {
    on_both_stores(|store| {
        add_registry(store, "one", 9);
        add_target(store);
        add(store, "1", "scan/one/shop/api@sha256:1", "one", Priority::Person);
        add(store, "2", "scan/one/shop/api@sha256:2", "one", Priority::Schedule);
        add(store, "3", "scan/one/shop/api:latest", "one", Priority::Person);
        add(store, "4", "scan/one/shop/api@sha256:4", "one", Priority::Person);
        add(store, "5", "scan/one/shop/api@sha256:5", "one", Priority::Person);
        for secret in [1, 3, 4] {
            take(store, secret, 1);
        }
        let done = |job: &'static str, secret: u8| {
            write(store, move |connection| finish(connection, &may("scans.write"), job, &[secret], None, 2)).unwrap();
        };
        done("1", 1);
        done("3", 3);
        write(store, |connection| {
            fail(connection, &may("scans.write"), "4", &[4], "{\"code\":\"x\"}", Failed::ForGood, 2)
        })
        .unwrap();
        write(store, |connection| cancel(connection, &may("jobs.write"), "5", 2)).unwrap();
        // It was time for this one, and while it is done somebody asks for it.
        assert_eq!(id(take(store, 2, 2)).as_deref(), Some("2"));
        assert_eq!(add(store, "6", "scan/one/shop/api@sha256:2", "one", Priority::Person), "2");
        done("2", 2);
        add(store, "7", "scan/one/shop/api@sha256:7", "one", Priority::Schedule);
        take(store, 7, 3);
        write(store, |connection| finish(connection, &may("scans.write"), "7", &[7], None, 3)).unwrap();
        let events = store.read_blocking(|connection| crate::events::behind(connection, 0, 100)).unwrap();
        let ended = events.iter().filter(|event| event.topic == crate::events::RESCAN_ENDED);
        let ended: Vec<String> =
            ended.map(|event| format!("{} {}", event.object_id, event.parameters["state"].as_str().unwrap())).collect();
        assert_eq!(ended, ["sha256:1 done", "sha256:4 dead", "sha256:5 cancelled", "sha256:2 done"]);
        let outbox = store.read_blocking(|connection| connection.rows("SELECT cause FROM outbox", &[])).unwrap();
        let causes: Vec<String> = outbox.iter().map(|row| row.text(0)).collect();
        assert_eq!(causes, ["job.failed/x"], "it is for those who watch alone");
    });
}
