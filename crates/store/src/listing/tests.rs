//! How lists reach their rows, and that every key works in both databases.

use policy::access::{Principal, permit};
use policy::filter::{Filter, Key, Kind, Sort};

use super::*;
use crate::testing::on_both_stores;
use crate::{exceptions, integrations, jobs, policies, registries, rights, tokens, users};

const LISTS: &[(&Listing, &[Key])] = &[
    (&users::LISTING, users::KEYS),
    (&rights::GROUPS, rights::GROUP_KEYS),
    (&rights::ROLES, rights::ROLE_KEYS),
    (&rights::SCOPES, rights::SCOPE_KEYS),
    (&tokens::LISTING, tokens::KEYS),
    (&exceptions::LISTING, exceptions::KEYS),
    (&policies::LISTING, policies::KEYS),
    (&registries::LISTING, registries::KEYS),
    (&integrations::LISTING, integrations::KEYS),
    (&jobs::LISTING, jobs::KEYS),
];

/// Terms that ask a key in every way that it can be asked.
fn terms(key: &Key) -> Vec<String> {
    let name = key.name;
    match key.kind {
        Kind::Text => vec![format!("{name}:a"), format!("{name}:a,b*"), format!("-{name}:*c"), format!("{name}:*")],
        Kind::Number => vec![format!("{name}:1"), format!("{name}:>=1.5")],
        Kind::Time => vec![format!("{name}:>=7d"), format!("-{name}:<2026-01-01")],
        Kind::Words(words) => vec![format!("{name}:{}", words[0]), format!("{name}:>={}", words[1])],
        Kind::Flag => vec![format!("{name}:true"), format!("-{name}:false")],
    }
}

fn queries(keys: &'static [Key]) -> Vec<ListQuery> {
    let mut queries = Vec::new();
    let filters: Vec<String> =
        keys.iter().flat_map(terms).chain(["".to_owned(), "word".to_owned(), "-word".to_owned()]).collect();
    for key in keys.iter().filter(|key| key.sorts) {
        for is_descending in [false, true] {
            for filter in &filters {
                let filter = Filter::read(filter, keys, 10_000_000_000_000_000).unwrap();
                let sort = Sort { key: key.name, is_descending };
                queries.push(ListQuery { filter, sort, after: None, limit: 10 });
            }
        }
    }
    queries
}

#[test]
fn every_key_has_a_field_and_every_order_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let address = crate::Address::Sqlite(folder.path().join("store.db"));
    let store = crate::Store::open(&crate::StoreOptions::new(address)).unwrap();
    for (listing, keys) in LISTS {
        for key in *keys {
            assert!(listing.fields.iter().any(|field| field.name == key.name), "{}.{}", listing.table, key.name);
            let is_ordered = listing.orders.iter().any(|order| order.key == key.name);
            assert_eq!(is_ordered, key.sorts, "{}.{}", listing.table, key.name);
        }
        for query in queries(keys) {
            let (page, counted) = (listing.sql(&query, |_| {}), listing.counted_sql(&query.filter, |_| {}));
            for (sql, parameters) in [page.unwrap(), counted.unwrap()] {
                let asked = format!("EXPLAIN QUERY PLAN {sql}");
                let plan = store.read_blocking(move |connection| connection.rows(&asked, &parameters)).unwrap();
                for line in plan.iter().map(|row| row.text(3)) {
                    // What a filter's own index finds is put in order; without a filter the order's index gives it.
                    let is_sorted = query.filter.is_empty() && line.contains("TEMP B-TREE");
                    // `c` is what is counted.
                    let is_scan = line.starts_with("SCAN") && line != "SCAN c" && !line.contains("COVERING");
                    assert!(!is_sorted && !is_scan, "{line}: {sql}");
                }
            }
        }
    }
}

#[test]
fn every_key_can_be_asked_of_both_databases() {
    on_both_stores(|store| {
        for (listing, keys) in LISTS {
            for query in queries(keys) {
                let sql = listing.sql(&query, |_| {}).unwrap().0;
                let found = store.read_blocking(move |connection| {
                    listing.page(connection, &query, |_| {})?;
                    listing.counted(connection, &query.filter, |_| {})
                });
                assert!(found.is_ok(), "{}: {sql}", found.unwrap_err());
            }
        }
    });
}

#[test]
fn exceptions_of_applications_are_listed_by_their_orders_too() {
    let folder = tempfile::tempdir().unwrap();
    let address = crate::Address::Sqlite(folder.path().join("store.db"));
    let store = crate::Store::open(&crate::StoreOptions::new(address)).unwrap();
    let mut principal = Principal::server();
    principal.grants[0].scopes.insert("shop".to_owned());
    let permit = permit(&principal, "exceptions.read".parse().unwrap()).unwrap();
    for query in queries(exceptions::KEYS) {
        let within = |conditions: &mut Conditions| exceptions::keep_to(conditions, &permit);
        let (sql, parameters) = exceptions::LISTING.sql(&query, within).unwrap();
        let asked = format!("EXPLAIN QUERY PLAN {sql}");
        let plan = store.read_blocking(move |connection| connection.rows(&asked, &parameters)).unwrap();
        for line in plan.iter().map(|row| row.text(3)) {
            assert!(!line.starts_with("SCAN") || line.contains("COVERING"), "{line}: {sql}");
        }
    }
}
