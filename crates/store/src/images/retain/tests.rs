use policy::filter::Filter;

use super::*;
use crate::images::tests::{add, evaluation_of, image, name, permit, write};
use crate::images::{ImageQuery, evaluate, list, register};
use crate::testing::on_both_stores;
use crate::{Store, approvals, events, inventory, rights, verdicts};

const DAY: i64 = SEEN_STEP;

/// The digests that are left, without what they begin with.
fn left(store: &Store) -> Vec<String> {
    let query = ImageQuery { limit: 100, ..ImageQuery::default() };
    let found = store.read_blocking(move |connection| list(connection, &permit("images.read", &[]), &query));
    let mut left: Vec<String> = found.unwrap().0.into_iter().map(|image| image.digest.replace("sha256:", "")).collect();
    left.sort();
    left
}

fn approve(store: &Store, digest: &'static str) {
    let approval = approvals::Approval {
        registry: "docker.io".into(),
        repository: "shop/api".into(),
        digest: digest.into(),
        approver: "u".into(),
        approver_name: "u".into(),
        comment: String::new(),
        at: 1,
    };
    write(store, move |connection| {
        approvals::approve(connection, &permit("images.approve", &[]), std::slice::from_ref(&approval))
    });
}

#[test]
fn images_that_nobody_has_seen_for_long_go_and_the_trail_tells_which() {
    on_both_stores(|store| {
        for number in 1..=4 {
            add(store, number, "shop/api", &[]);
        }
        // 2 is approved, 3 was asked for lately, a registry still lists 4.
        approve(store, "sha256:2");
        write(store, |connection| {
            assert!(is_seen_due(connection, "sha256:3", 10 * DAY)?);
            note_seen(connection, "sha256:3", 9 * DAY)?;
            assert!(!is_seen_due(connection, "sha256:3", 9 * DAY + 1)?, "once a day is enough");
            connection.execute(
                "INSERT INTO registries (id, name, kind, address, plain_http, rules, poll_seconds, most_at_once, stale_days,
                 is_enabled, next_poll, risks, created, changed, version)
                 VALUES ('r', 'r', 'oci', 'h', 0, '{}', 1, 1, 0, 1, 0, '[]', 0, 0, 1)",
                &[],
            )?;
            let sql = "INSERT INTO registry_tags (registry_id, repository, tag, digest, seen)
                VALUES ('r', 'shop/api', '4', 'sha256:4', $1)";
            connection.execute(sql, &values![9 * DAY])
        });
        let step = |now: i64| write(store, move |connection| remove_unseen(connection, now - 5 * DAY, now));
        assert_eq!(step(10 * DAY), Step { removed: 1, next: None });
        assert_eq!(left(store), ["2", "3", "4"]);
        assert_eq!(step(10 * DAY).removed, 0);
        assert_eq!(step(20 * DAY).removed, 2, "3 and 4 were not seen again");
        assert_eq!(left(store), ["2"]);
        let may = permit("audit.read", &[]);
        let records =
            store.read_blocking(move |connection| audit::list(connection, &may, &audit::AuditQuery::default(), 10));
        let records: Vec<String> = records.unwrap().into_iter().map(|record| record.body).collect();
        assert_eq!(records.len(), 2, "one record for each step that removed something");
        assert!(
            records[1].contains(r#""images":[{"digest":"sha256:1","name":"docker.io/shop/api:1"}]"#)
                && records[1].contains(r#""cause":"unseen""#),
            "{}",
            records[1]
        );
    });
}

#[test]
fn a_step_that_removes_many_names_every_digest_in_records_of_a_bounded_length() {
    on_both_stores(|store| {
        for number in 1..=MOST_LOOKED_AT_ONCE {
            add(store, number, "shop/api", &[]);
        }
        let step = write(store, |connection| remove_unseen(connection, 10 * DAY, 11 * DAY));
        assert_eq!(step.removed, u64::from(MOST_LOOKED_AT_ONCE));
        let may = permit("audit.read", &[]);
        let records =
            store.read_blocking(move |connection| audit::list(connection, &may, &audit::AuditQuery::default(), 100));
        let mut named: Vec<String> = Vec::new();
        for record in records.unwrap() {
            let body: serde_json::Value = serde_json::from_str(&record.body).unwrap();
            let images = body["before"]["images"].as_array().unwrap();
            assert!(images.len() <= MOST_IN_A_RECORD);
            assert_eq!(body["after"]["removed"], images.len());
            named.extend(images.iter().map(|image| image["digest"].as_str().unwrap().replace("sha256:", "")));
        }
        let mut named: Vec<u32> = named.iter().map(|number| number.parse().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(named, (1..=MOST_LOOKED_AT_ONCE).collect::<Vec<_>>());
    });
}

#[test]
fn the_newest_of_every_repository_stay() {
    on_both_stores(|store| {
        for number in 1..=5 {
            add(store, number, "shop/api", &[]);
        }
        add(store, 6, "bank/core", &[]);
        // 1 is the newest of another repository, 2 is approved.
        write(store, |connection| {
            let (image, evaluation) = (image(1, "xz"), evaluation_of(0, "v1", &[]));
            register(connection, &permit("images.write", &[]), &image, &name("tools/a", "1"), &evaluation, 5)
        });
        approve(store, "sha256:2");
        let sweep = |keep: u32, before: i64| {
            let (mut place, mut removed, mut steps) = (None, 0, 0);
            loop {
                let own = place.clone();
                let step = write(store, move |connection| {
                    remove_beyond_newest(connection, keep, before, own.as_ref(), 10 * DAY)
                });
                removed += step.removed;
                steps += 1;
                assert!(steps < 20, "it ends");
                match step.next {
                    Some(next) => place = Some(next),
                    None => return removed,
                }
            }
        };
        assert_eq!(sweep(2, 5), 0, "all were seen at 5");
        assert_eq!(sweep(2, 6), 1);
        assert_eq!(left(store), ["1", "2", "4", "5", "6"]);
        assert_eq!(sweep(1, 6), 1);
        assert_eq!(left(store), ["1", "2", "5", "6"]);
    });
}

#[test]
fn what_belonged_to_removed_images_alone_goes_after_them() {
    on_both_stores(|store| {
        add(store, 1, "shop/api", &[]);
        write(store, |connection| evaluate(connection, 1, &evaluation_of(4, "flip", &[]), 7).map(|_| ()));
        let may = permit("images.read", &[]);
        let ended = |before: i64| write(store, move |connection| verdicts::remove_ended(connection, before, 10));
        assert_eq!((ended(7), ended(8)), (0, 1), "the former verdict is history since 7");
        let unused = || {
            let packages = write(store, |connection| remove_unused_packages(connection, 0, 10)).removed;
            (packages, write(store, |connection| remove_unused_vulnerabilities(connection, "", 10)).removed)
        };
        assert_eq!(unused(), (0, 0));
        assert_eq!(write(store, |connection| remove_unseen(connection, 6, 9)).removed, 1);
        assert_eq!(unused(), (1, 1));
        assert_eq!((ended(9), ended(10)), (0, 1), "the last one since the image was removed");
        let packages =
            store.read_blocking(move |connection| inventory::packages(connection, &may, &Filter::default(), None, 10));
        assert!(packages.unwrap().is_empty());
    });
}

#[test]
fn a_removal_is_told_to_whom_the_image_belonged_as_long_as_that_is_what_they_are_given() {
    on_both_stores(|store| {
        for (id, definition) in [("shop", "a"), ("bank", "b")] {
            write(store, move |connection| {
                let scope = rights::ApplicationScope {
                    id: id.to_owned(),
                    name: id.to_owned(),
                    description: String::new(),
                    definition: definition.to_owned(),
                    created: 0,
                    changed: 0,
                    version: 1,
                };
                rights::insert_scope(connection, &scope)
            });
        }
        add(store, 1, "shop/api", &["shop"]);
        add(store, 2, "bank/core", &["bank"]);
        write(store, |connection| crate::images::remove(connection, &permit("images.approve", &[]), "sha256:1", 6));
        write(store, |connection| remove_unseen(connection, 10, 20).map(|_| ()));
        let told = |scopes: &'static [&'static str]| -> Vec<(String, String)> {
            let seen = store.read_blocking(move |connection| {
                let may = permit("images.read", scopes);
                let mut seen = Vec::new();
                for event in events::behind(connection, 0, 100)? {
                    seen.extend(events::within_reach(connection, &may, "1", event)?);
                }
                Ok(seen)
            });
            let removed = seen.unwrap().into_iter().filter(|event| event.topic == "image.removed");
            removed.map(|event| (event.object_id, event.parameters["cause"].as_str().unwrap().to_owned())).collect()
        };
        let (one, two) = (("sha256:1".to_owned(), "person".to_owned()), ("sha256:2".to_owned(), "unseen".to_owned()));
        assert_eq!(told(&[]), [one.clone(), two.clone()]);
        assert_eq!(told(&["shop"]), [one]);
        assert_eq!(told(&["bank"]), [two]);
        assert_eq!(told(&["other"]), []);
        write(store, |connection| {
            let scope = rights::scope_by_id(connection, "bank")?;
            rights::update_scope(
                connection,
                &rights::ApplicationScope { definition: "c".to_owned(), version: 2, ..scope },
            )
        });
        assert_eq!(told(&["bank"]), [], "nobody sees by a former definition");
    });
}
