//! Images that two applications have: what each of them knows.

use policy::filter::{Filter, Sort};

use super::tests::{add, evaluation_of, evaluation_within, image, listed, name, permit, write};
use super::*;
use crate::testing::on_both_stores;
use crate::{Connection, Lane, Store, StoreError, evaluation};

/// One image that two applications have: `shop/copy:1` and `bank/ledger:secretproj`.
fn add_shared(store: &Store) {
    write(store, |connection| {
        let (shop, bank) = (name("shop/copy", "1"), name("bank/ledger", "secretproj"));
        let names = shop.union(&bank).cloned().collect();
        let mut evaluation = evaluation_of(0, "shared", &[]);
        evaluation.scopes = [("shop".to_owned(), shop), ("bank".to_owned(), bank)].into();
        register(connection, &permit("images.write", &[]), &image(1, "xz"), &names, &evaluation, 5)
    });
}

fn known(store: &Store, scopes: &'static [&'static str]) -> KnownNames {
    store.read_blocking(move |connection| known_names(connection, &permit("images.read", scopes), 1)).unwrap()
}

#[test]
fn whoever_is_limited_to_a_scope_knows_the_names_within_it_alone() {
    on_both_stores(|store| {
        add_shared(store);
        let repositories = |scopes: &'static [&'static str]| {
            let known = known(store, scopes);
            let names: Vec<String> = known.names.into_iter().map(|named| named.name.repository).collect();
            (names, known.is_whole)
        };
        assert_eq!(repositories(&["shop"]), (vec!["shop/copy".to_owned()], false));
        assert_eq!(repositories(&["bank"]), (vec!["bank/ledger".to_owned()], false));
        let both = vec!["bank/ledger".to_owned(), "shop/copy".to_owned()];
        assert_eq!(repositories(&["bank", "shop"]), (both.clone(), true), "together they have all");
        assert_eq!(repositories(&[]), (both, true));
        for hidden in [
            "secretproj",
            "secret",
            "ledger",
            "bank",
            "name:docker.io/bank*",
            "name:*/ledger*",
            "repository:bank/ledger",
            "repository:bank/*",
            "repository:*/ledger",
            "tag:secretproj",
            "-repository:shop/*",
            "-copy",
            "copy bank",
        ] {
            assert_eq!(listed(store, hidden, &["shop"]), [""; 0], "{hidden}");
        }
        for own in [
            "copy",
            "debian",
            "-secretproj",
            "-repository:bank/*",
            "-tag:secretproj",
            "name:docker.io/shop/copy*",
            "name:*/copy*",
            "repository:shop/copy tag:1",
            "registry:docker.io",
        ] {
            assert_eq!(listed(store, own, &["shop"]), ["sha256:1"], "{own}");
        }
        assert_eq!(listed(store, "secretproj copy", &["bank", "shop"]), ["sha256:1"]);
    });
}

#[test]
fn a_name_that_is_added_later_is_known_in_its_own_scope_alone() {
    on_both_stores(|store| {
        add(store, 1, "shop/copy", &["shop"]);
        assert!(known(store, &["shop"]).is_whole);
        write(store, |connection| {
            let mut evaluation = evaluation_of(0, "v1", &[]);
            evaluation.scopes =
                [("shop".to_owned(), name("shop/copy", "1")), ("bank".to_owned(), name("bank/ledger", "1"))].into();
            let names = name("bank/ledger", "1");
            register(connection, &permit("images.write", &[]), &image(1, "xz"), &names, &evaluation, 6)
        });
        assert_eq!((known(store, &["shop"]).names.len(), known(store, &["shop"]).is_whole), (1, false));
        assert_eq!(listed(store, "ledger", &["shop"]), [""; 0]);
        // Whoever judged before the name came does not know of it, and tells nobody of it.
        write(store, |connection| {
            let evaluation = evaluation_within("v2", &["shop"], &name("shop/copy", "1"));
            evaluate(connection, 1, &evaluation, 7).map(|_| ())
        });
        assert_eq!((known(store, &["shop"]).names.len(), known(store, &["shop"]).is_whole), (1, false));
    });
}

#[test]
fn what_was_judged_without_a_name_that_came_meanwhile_is_judged_once_more() {
    on_both_stores(|store| {
        add(store, 1, "shop/copy", &["shop"]);
        let queued = || store.read_blocking(|connection| Ok(evaluation::queued(connection, 10)?.len())).unwrap();
        let added = |store: &Store, is_known: bool| {
            write(store, move |connection| {
                let (shop, bank) = (name("shop/copy", "1"), name("bank/ledger", "1"));
                let mut evaluation = evaluation_within("v2", &["bank"], &bank);
                if is_known {
                    evaluation.scopes.insert("shop".to_owned(), shop);
                    evaluation.names = 2;
                }
                register(connection, &permit("images.write", &[]), &image(1, "xz"), &bank, &evaluation, 6)
            })
        };
        added(store, true);
        assert_eq!((queued(), known(store, &["bank"]).names.len()), (0, 1));
        // Of a pass that has read the image before, nothing is written: it would take the image away from the bank.
        let late = store.write_blocking(Lane::Beside, |connection| {
            let evaluation = evaluation_within("v3", &["shop"], &name("shop/copy", "1"));
            evaluate_index(connection, 1, &[1], &evaluation, 7).map(|_| ())
        });
        assert!(matches!(late, Err(StoreError::Changed { what: "names" })), "{late:?}");
        assert_eq!((known(store, &["bank"]).names.len(), known(store, &["shop"]).names.len()), (1, 1));
        // Whoever registers it under another name at the same time is told a verdict, which does not stay.
        added(store, false);
        assert_eq!(queued(), 1);
    });
}

#[test]
fn an_image_of_two_registries_is_found_and_counted_by_the_one_that_is_known() {
    on_both_stores(|store| {
        write(store, |connection| {
            let shop = name("shop/copy", "1");
            let bank = ImageName { registry: "bank.example".into(), repository: "ledger".into(), tag: "2".into() };
            let names = shop.iter().cloned().chain([bank]).collect();
            let evaluation = evaluation_within("v1", &["shop"], &shop);
            register(connection, &permit("images.write", &[]), &image(1, "xz"), &names, &evaluation, 5)
        });
        for (text, of_shop, of_all) in [
            ("registry:docker.io", 1, 1),
            ("registry:bank.example", 0, 1),
            ("registry:*.example", 0, 1),
            ("-registry:bank.example", 1, 0),
            ("registry:docker.io tag:2", 0, 1),
            ("bank.example copy", 0, 1),
        ] {
            let readers: [(&'static [&'static str], u64); 2] = [(&["shop"], of_shop), (&[], of_all)];
            for (scopes, expected) in readers {
                let filter = Filter::read(text, KEYS, 0).unwrap();
                let count =
                    move |connection: &mut Connection| count(connection, &permit("images.read", scopes), &filter);
                let found = (listed(store, text, scopes).len() as u64, store.read_blocking(count).unwrap());
                assert_eq!(found, (expected, expected), "{text} {scopes:?}");
            }
        }
    });
}

/// All names of a list, page by page.
fn paged(store: &Store, sort: &str, scopes: &'static [&'static str]) -> Vec<String> {
    let sort = ImageSort { sort: Sort::read(sort, KEYS).unwrap() };
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let query = ImageQuery { sort, after: after.clone(), limit: 7, ..ImageQuery::default() };
        let found = store.read_blocking(move |connection| list(connection, &permit("images.read", scopes), &query));
        let (found, _) = found.unwrap();
        names.extend(found.iter().take(7).map(|image| image.name.clone()));
        match found.get(6).filter(|_| found.len() > 7) {
            Some(last) => after = Some((sort.value(last), last.id)),
            None => return names,
        }
    }
}

#[test]
fn images_are_listed_in_the_order_of_the_names_that_are_known() {
    on_both_stores(|store| {
        add_shared(store);
        // More than lead, so that the list is walked in its order.
        for number in 2..70 {
            let scopes: &'static [&'static str] = if number % 2 == 0 { &["shop", "all"] } else { &["shop"] };
            add(store, number, &format!("shop/{}-{number}", if number < 35 { "api" } else { "web" }), scopes);
        }
        const READERS: [&[&str]; 3] = [&["shop"], &["all", "shop"], &["bank", "shop"]];
        for scopes in READERS {
            let mut names = paged(store, "name", scopes);
            let shared =
                if scopes.contains(&"bank") { "docker.io/bank/ledger:secretproj" } else { "docker.io/shop/copy:1" };
            assert!(names.contains(&shared.to_owned()), "{scopes:?}: {names:?}");
            assert_eq!((names.len(), names.is_sorted()), (69, true), "{scopes:?}: {names:?}");
            names.reverse();
            assert_eq!(paged(store, "-name", scopes), names, "{scopes:?}");
            for sort in ["registered", "-registered", "critical"] {
                assert_eq!(paged(store, sort, scopes).len(), 69, "{sort} {scopes:?}");
            }
        }
    });
}
