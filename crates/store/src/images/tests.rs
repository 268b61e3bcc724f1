//! Images in both databases.

use std::collections::BTreeSet;
use std::sync::mpsc;

use policy::access::{self, Grant, Permit, Principal, PrincipalKind};
use policy::filter::Filter;

use super::*;
use crate::testing::{on_both_stores, said, until_another_waits};
use crate::{Connection, Lane, Store, StoreError, evaluation, events, inventory, values, verdicts};

pub(crate) fn permit(permission: &str, scopes: &[&str]) -> Permit {
    let grant = Grant {
        role: "r".into(),
        permissions: permission.parse().unwrap(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    };
    let principal = Principal { kind: PrincipalKind::User, id: "1".into(), name: "eve".into(), grants: vec![grant] };
    access::permit(&principal, permission.parse().unwrap()).unwrap()
}

pub(crate) fn image(number: u32, package: &str) -> NewImage {
    NewImage {
        digest: format!("sha256:{number}"),
        platform: "linux/amd64".into(),
        os: "debian 12".into(),
        created: None,
        size_bytes: 1,
        source: "{}".into(),
        source_rank: 0,
        labels: ["team=shop".to_owned()].into(),
        words: ["debian".to_owned()].into(),
        index_hash: vec![u8::try_from(number % 250).unwrap()],
        index_length: 1,
        index: vec![1],
        packages: vec![PackageRow {
            name: package.into(),
            version: "1".into(),
            ecosystem: "deb".into(),
            purl: format!("pkg:deb/{package}@1"),
            source: "source-of-it".into(),
            source_version: Some("1".into()),
            layer: None,
        }],
        has_archives: false,
    }
}

pub(crate) fn evaluation_of(decision: i64, id: &str, scopes: &[&str]) -> Evaluation {
    let finding = FindingRow {
        kind: "vulnerability".into(),
        finding: "CVE-2026-0001".into(),
        severity: 4,
        package: "pkg:deb/a@1".into(),
        package_name: "a".into(),
        path: String::new(),
        status: "affected".into(),
        fixed_version: Some("2".into()),
        score: Some(7.5),
        kev: true,
        epss: Some(0.5),
        excepted_by: None,
        title: None,
        line: None,
        layer: Some(2),
        published: None,
    };
    Evaluation {
        counts: Counts { high: 1, severity: 4, ..Counts::default() },
        findings: vec![finding],
        findings_hash: vec![7],
        approval: 0,
        verdict: NewVerdict {
            id: id.into(),
            subject: "shop/api".into(),
            decision,
            effects: Vec::new(),
            denied_by: Vec::new(),
            evaluated: 5,
            intelligence: None,
            cause: "registered".into(),
            hash: vec![u8::try_from(decision).unwrap()],
            reasons: Vec::new(),
            body: vec![1],
        },
        scopes: scopes.iter().map(|scope| ((*scope).to_owned(), BTreeSet::new())).collect(),
        names: 1,
        generation: 0,
        intelligence: String::new(),
    }
}

/// The same of an image with these names, which are within the scopes.
pub(super) fn evaluation_within(id: &str, scopes: &[&str], names: &BTreeSet<ImageName>) -> Evaluation {
    let mut evaluation = evaluation_of(0, id, scopes);
    evaluation.scopes.values_mut().for_each(|within| within.clone_from(names));
    evaluation.names = names.len();
    evaluation
}

pub(crate) fn name(repository: &str, tag: &str) -> BTreeSet<ImageName> {
    [ImageName { registry: "docker.io".into(), repository: repository.into(), tag: tag.into() }].into()
}

pub(crate) fn write<T: Send + 'static>(
    store: &Store,
    function: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write_blocking(Lane::Beside, function).unwrap()
}

pub(super) fn add(store: &Store, number: u32, repository: &str, scopes: &'static [&'static str]) {
    let repository = repository.to_owned();
    write(store, move |connection| {
        let (image, names) = (image(number, "xz"), name(&repository, "1"));
        let evaluation = evaluation_within(&format!("v{number}"), scopes, &names);
        register(connection, &permit("images.write", &[]), &image, &names, &evaluation, 5)
    });
}

pub(super) fn listed(store: &Store, filter: &str, scopes: &'static [&'static str]) -> Vec<String> {
    let query = ImageQuery { filter: Filter::read(filter, KEYS, 0).unwrap(), limit: 10, ..ImageQuery::default() };
    let found = store.read_blocking(move |connection| list(connection, &permit("images.read", scopes), &query));
    let (found, count) = found.unwrap();
    assert_eq!(count, u64::try_from(found.len()).ok());
    found.into_iter().map(|image| image.digest).collect()
}

#[test]
fn images_are_kept_found_and_limited_to_scopes() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &["shop"]);
        add(store, 2, "bank/core", &["bank"]);
        assert_eq!(listed(store, "", &[]), ["sha256:2", "sha256:1"], "by name");
        assert_eq!(listed(store, "", &["shop"]), ["sha256:1"]);
        assert_eq!(listed(store, "bank", &["shop"]), [""; 0]);
        for filter in [
            "repository:shop/*",
            "name:docker.io/shop*",
            "api",
            "shop API",
            "digest:sha256:1",
            "tag:1 registry:docker.io repository:shop/api",
            "-repository:bank/core",
            "repository:*/api",
            "name:*/api:*",
            "name:*/ap*:1",
            "package:xz package_version:xz@1 vulnerability:CVE-2026-0001 label:team=shop high:>0.5 repository:*/api",
        ] {
            assert_eq!(listed(store, filter, &[]), ["sha256:1"], "{filter}");
        }
        let known = store.read_blocking(|connection| {
            let permit = permit("images.read", &["shop"]);
            let packages = inventory::packages(connection, &permit, &Filter::default(), None, 10)?;
            let found = inventory::vulnerabilities(connection, &permit, &Filter::default(), false, None, 10)?;
            Ok((packages, found))
        });
        let (packages, found) = known.unwrap();
        assert_eq!((packages.len(), packages[0].images), (1, 1));
        assert_eq!((found.len(), found[0].images, found[0].kev, found[0].epss), (1, 1, true, Some(0.5)));
    });
}

#[test]
fn a_verdict_comes_with_whether_its_image_is_in_a_repository_and_when_it_was_used() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &["shop"]);
        let standing = |scopes: &'static [&'static str], registry: &'static str| {
            let found = store.read_blocking(move |connection| {
                let reader = permit("verdicts.read", scopes);
                verdicts::standing(connection, &reader, "sha256:1", Some((registry, "shop/api")))
            });
            found.unwrap().map(|found| (found.verdict.id, found.is_named, found.seen))
        };
        assert_eq!(standing(&[], "docker.io"), Some(("v1".to_owned(), true, 5)));
        assert_eq!(standing(&["shop"], "mirror.example"), Some(("v1".to_owned(), false, 5)));
        assert_eq!(standing(&["bank"], "docker.io"), None);
    });
}

/// All that register wait for what one of them writes.
#[test]
fn of_a_new_image_nothing_is_removed_read_back_or_written_twice() {
    on_both_stores(|store| {
        let said = write(store, |connection| {
            let (image, names) = (image(1, "xz"), name("shop/api", "1"));
            let mut evaluation = evaluation_within("v1", &["shop"], &names);
            (evaluation.counts.fixable, evaluation.counts.gaps) = (1, 1);
            let writer = permit("images.write", &[]);
            said(connection, |connection| register(connection, &writer, &image, &names, &evaluation, 5))
        });
        let count = |begin: &str| said.iter().filter(|sql| sql.starts_with(begin)).count();
        assert_eq!((count("DELETE"), count("UPDATE")), (0, 0), "{said:?}");
        assert_eq!(count("INSERT INTO images "), 1);
        // What is judged by, whether it is there, what its tag named before, and who is told.
        assert_eq!(count("SELECT"), 4, "{said:?}");
        assert_eq!(listed(store, "fixable:1 gaps:1 high:1", &["shop"]), ["sha256:1"]);
    });
}

/// What the intelligence covers changes the gaps of an image whose findings stay.
#[test]
fn the_count_of_gaps_follows_although_no_finding_changes() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        for (gaps, filter) in [(2, "gaps:2"), (0, "gaps:0")] {
            write(store, move |connection| {
                let mut evaluation = evaluation_of(0, "v1", &[]);
                evaluation.counts.gaps = gaps;
                evaluate(connection, 1, &evaluation, 6).map(|_| ())
            });
            assert_eq!(listed(store, filter, &[]), ["sha256:1"], "{filter}");
        }
    });
}

#[test]
fn another_decision_is_history_and_the_same_is_not() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        let evaluated = |decision: i64, id: &'static str| {
            write(store, move |connection| evaluate(connection, 1, &evaluation_of(decision, id, &[]), 6)).verdict_id
        };
        assert_eq!(evaluated(0, "same"), "v1");
        assert_eq!(evaluated(4, "flip"), "flip");
        let history = store.read_blocking(|connection| {
            verdicts::history(connection, &permit("images.read", &[]), "sha256:1", None, 10)
        });
        assert_eq!(history.unwrap().len(), 2);
        let events = store.read_blocking(|connection| events::behind(connection, 0, 10)).unwrap();
        let topics: Vec<&str> = events.iter().map(|event| event.topic.as_str()).collect();
        assert_eq!(topics, ["image.registered", "verdict.changed"]);
    });
}

#[test]
fn a_decision_that_goes_on_for_other_reasons_is_history_within_bounds() {
    const HOUR: i64 = 3600 * 1_000_000;
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        let evaluated = |id: &str, reasons: u8, at: i64| {
            let id = id.to_owned();
            write(store, move |connection| {
                let mut evaluation = evaluation_of(0, &id, &[]);
                evaluation.verdict.hash = vec![7, reasons];
                evaluation.verdict.reasons = vec![reasons];
                evaluation.verdict.evaluated = at;
                evaluate(connection, 1, &evaluation, at)
            })
            .verdict_id
        };
        let history = || {
            let read = |connection: &mut Connection| {
                verdicts::history(connection, &permit("images.read", &[]), "sha256:1", None, 100)
            };
            let ids = store.read_blocking(read).unwrap().into_iter().map(|verdict| verdict.id);
            ids.collect::<Vec<String>>()
        };
        assert_eq!(evaluated("other", 1, 2 * HOUR), "other");
        assert_eq!(history(), ["other", "v1"], "what it was registered with stays");
        assert_eq!(evaluated("again", 2, 2 * HOUR + 1), "other", "an edit right after takes its place");
        write(store, |connection| {
            let mut evaluation = evaluation_of(0, "words", &[]);
            (evaluation.verdict.hash, evaluation.verdict.reasons) = (vec![8], vec![2]);
            evaluation.verdict.evaluated = 9 * HOUR;
            evaluate(connection, 1, &evaluation, 9 * HOUR).map(|_| ())
        });
        assert_eq!(history(), ["other", "v1"], "the same reasons, whatever else it tells");
        for number in 0..30_u8 {
            evaluated(&format!("n{number:02}"), 10 + number, (20 + 2 * i64::from(number)) * HOUR);
        }
        let ids = history();
        assert_eq!((ids.len(), ids[0].as_str(), ids[19].as_str(), ids[20].as_str()), (21, "n29", "n10", "v1"));
        let events = store.read_blocking(|connection| events::behind(connection, 0, 100)).unwrap();
        assert_eq!(events.len(), 1, "nobody is told of what decides as before");
    });
}

/// Verdicts of removed images stay, and after a restore a later image may have the number of a removed one.
#[test]
fn the_history_of_an_image_has_no_verdict_of_another_with_its_number() {
    on_both_stores(|store| {
        add(store, 1, "bank/core", &[]);
        write(store, |connection| remove(connection, &permit("images.approve", &[]), "sha256:1", 6));
        add(store, 2, "shop/api", &[]);
        write(store, |connection| {
            let number =
                connection.row("SELECT id FROM images WHERE digest = 'sha256:2'", &[])?.map_or(0, |row| row.integer(0));
            connection.execute("UPDATE verdicts SET image_id = $1", &values![number])
        });
        let history = store.read_blocking(|connection| {
            verdicts::history(connection, &permit("images.read", &[]), "sha256:2", None, 10)
        });
        let ids: Vec<String> = history.unwrap().into_iter().map(|verdict| verdict.id).collect();
        assert_eq!(ids, ["v2"]);
    });
}

#[test]
fn what_was_judged_by_former_rules_is_not_written() {
    on_both_stores(|store| {
        write(store, |connection| evaluation::want(connection, "policy"));
        let registered = write(store, |connection| {
            let evaluation = evaluation_of(0, "v", &[]);
            register(connection, &permit("images.write", &[]), &image(1, "xz"), &name("a", "1"), &evaluation, 5)
        });
        assert_eq!(registered, Registered::Outdated);
        assert_eq!(listed(store, "", &[]), [""; 0]);
    });
}

#[test]
fn a_tag_names_one_image_at_a_time() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        add(store, 2, "shop/api", &[]);
        let current = store
            .read_blocking(|connection| Ok((names(connection, 1)?[0].is_current, names(connection, 2)?[0].is_current)));
        assert_eq!(current.unwrap(), (false, true));
        let events = store.read_blocking(|connection| events::behind(connection, 0, 10)).unwrap();
        assert!(events.iter().any(|event| event.topic == "tag.moved"));
    });
}

#[test]
fn the_queue_takes_the_images_that_have_a_package_and_no_others() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        write(store, |connection| {
            let evaluation = evaluation_of(0, "v2", &[]);
            let mut other = image(2, "curl");
            (other.os, other.packages[0].source) = ("alpine 3.20".to_owned(), String::new());
            register(connection, &permit("images.write", &[]), &other, &name("b", "1"), &evaluation, 5)
        });
        let queued = |names: &'static [&'static str], system: Option<&'static str>| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            write(store, move |connection| {
                let mut packages = Vec::new();
                inventory::each_package_called(connection, &names, |id, _| packages.push(id))?;
                inventory::queue_images_with(connection, &packages, system, "intelligence")?;
                let queued = evaluation::queued(connection, 10)?;
                queued.iter().try_for_each(|queued| evaluation::dequeue(connection, queued))?;
                Ok(queued.into_iter().map(|queued| queued.digest).collect::<Vec<_>>())
            })
        };
        assert_eq!(queued(&["nothing"], None), [""; 0]);
        assert_eq!(queued(&["source-of-it"], None), ["sha256:1"]);
        assert_eq!(queued(&["curl"], None), ["sha256:2"]);
        assert_eq!(queued(&["xz", "curl"], None), ["sha256:1", "sha256:2"]);
        assert_eq!(queued(&["xz", "curl"], Some("alpine 3.20")), ["sha256:2"]);
        let systems = |most| store.read_blocking(move |connection| inventory::systems(connection, most)).unwrap();
        assert_eq!((systems(9), systems(1).len()), (vec!["alpine 3.20".to_owned(), "debian 12".to_owned()], 1));
    });
}

#[test]
fn the_version_of_a_source_package_is_known_for_as_long_as_all_images_say_the_same() {
    on_both_stores(|store| {
        let source_version = |number: u32, version: Option<&'static str>| {
            write(store, move |connection| {
                let (evaluation, mut image) = (evaluation_of(0, &format!("v{number}"), &[]), image(number, "xz"));
                image.packages[0].source_version = version.map(str::to_owned);
                let names = name(&format!("shop/{number}"), "1");
                register(connection, &permit("images.write", &[]), &image, &names, &evaluation, 5)?;
                let mut found = Vec::new();
                let take = |_, package: PackageRow| found.push(package.source_version);
                inventory::each_package_called(connection, &["xz".to_owned()], take)?;
                Ok(found)
            })
        };
        assert_eq!(source_version(1, Some("1")), [Some("1".to_owned())]);
        assert_eq!(source_version(2, Some("1")), [Some("1".to_owned())]);
        assert_eq!(source_version(3, Some("2")), [None]);
        assert_eq!(source_version(4, Some("1")), [None]);
    });
}

#[test]
fn what_is_queued_again_while_it_is_judged_stays_in_the_queue() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        let left = |again: bool| {
            write(store, move |connection| {
                evaluation::queue_digest(connection, "sha256:1", "approval")?;
                let queued = evaluation::queued(connection, 10)?;
                if again {
                    evaluation::queue_repository(connection, "docker.io", "shop/api", "approval")?;
                    evaluation::queue(connection, queued[0].image_id, "check")?;
                }
                queued.iter().try_for_each(|queued| evaluation::dequeue(connection, queued))?;
                Ok(evaluation::queued(connection, 10)?.len())
            })
        };
        assert_eq!(left(false), 0);
        assert_eq!(left(true), 1);
        assert_eq!(left(false), 0);
    });
}

#[test]
fn a_removed_image_takes_its_derived_rows_along() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &["shop"]);
        write(store, |connection| remove(connection, &permit("images.approve", &["shop"]), "sha256:1", 9));
        for table in [
            "image_indexes",
            "image_names",
            "image_words",
            "image_segments",
            "image_packages",
            "findings",
            "scope_images",
        ] {
            let count = store.read_blocking(move |connection| {
                Ok(connection.row(&format!("SELECT count(*) FROM {table}"), &[])?.map(|row| row.integer(0)))
            });
            assert_eq!(count.unwrap(), Some(0), "{table}");
        }
    });
}

#[test]
fn an_image_that_two_servers_register_at_once_is_there_for_both() {
    let Some(uri) = test_support::postgres_database() else { return };
    let options = crate::StoreOptions::new(crate::Address::Postgres(uri));
    let servers = [Store::open(&options).unwrap(), Store::open(&options).unwrap()];
    let register_at = |store: &Store, number: u32, then: Option<mpsc::Sender<()>>| {
        let store = store.clone();
        std::thread::spawn(move || {
            store.write_blocking(Lane::Beside, move |connection| {
                let (image, evaluation) = (image(1, "xz"), evaluation_of(0, &format!("v{number}"), &["shop"]));
                let names = name("shop/api", "1");
                let permit = permit("images.write", &[]);
                let registered = register(connection, &permit, &image, &names, &evaluation, 5)?;
                // The other one has looked before this is committed.
                if let Some(then) = &then {
                    let _ = then.send(());
                    until_another_waits(connection)?;
                }
                Ok(registered)
            })
        })
    };
    let (registered, is_registered) = mpsc::channel();
    let first = register_at(&servers[0], 0, Some(registered));
    is_registered.recv().unwrap();
    let second = register_at(&servers[1], 1, None);
    let is_new = [first, second].map(|one| match one.join().unwrap().unwrap() {
        Registered::Done { is_new, .. } => is_new,
        Registered::Outdated => panic!("nobody changed a rule"),
    });
    assert_eq!(is_new, [true, false]);
    assert_eq!(listed(&servers[0], "repository:shop/api", &[]), ["sha256:1"]);
}
