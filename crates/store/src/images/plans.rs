//! How lists and counts reach their rows: no plan goes through a table.

use policy::access::Permit;
use policy::filter::{Filter, Key};

use super::tests::{add, permit};
use super::*;
use crate::{Store, Value, repositories, suggestions, summary};

fn filled() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let address = crate::Address::Sqlite(folder.path().join("store.db"));
    let store = Store::open(&crate::StoreOptions::new(address)).unwrap();
    for number in 0..50 {
        add(&store, number, &format!("shop/api-{number}"), &["shop"]);
    }
    (folder, store)
}

/// The steps of a plan that go through a whole table.
fn scans(store: &Store, sql: &str, parameters: Vec<Value>) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let plan = store.read_blocking(move |connection| {
        let rows = connection.rows(&sql, &parameters)?;
        Ok(rows.iter().map(|row| row.text(3)).collect::<Vec<_>>())
    });
    let is_scan = |line: &String| line.starts_with("SCAN") && !line.contains("CONSTANT") && !line.contains("COVERING");
    plan.unwrap().into_iter().filter(is_scan).collect()
}

fn filter(text: &str, keys: &'static [Key]) -> Filter {
    Filter::read(text, keys, 0).unwrap()
}

fn readers(permission: &str) -> [Permit; 2] {
    [permit(permission, &[]), permit(permission, &["shop"])]
}

#[test]
fn the_summary_counts_from_an_index_alone() {
    let (_folder, store) = filled();
    for reader in readers("images.read") {
        let (sql, parameters) = summary::images_sql(&reader);
        assert_eq!(scans(&store, &sql, parameters), [""; 0], "{sql}");
    }
}

#[test]
fn findings_repositories_and_suggestions_go_by_their_indexes() {
    let (_folder, store) = filled();
    for reader in readers("findings.read") {
        for text in
            ["", "kind:secret", "kind:secret severity:critical", "key", "acknowledged:true", "repository:shop/*"]
        {
            let after = ("license".to_owned(), "MIT".to_owned(), 1, 1);
            let filter = filter(text, ACROSS_KEYS);
            let query = AcrossQuery { filter, after: Some(after), limit: 10, now: 0 };
            let (sql, parameters) = across::across_sql(&reader, &query);
            assert_eq!(scans(&store, &sql, parameters), [""; 0], "{text}: {sql}");
        }
    }
    for reader in readers("images.read") {
        for text in ["", "registry:a", "shop", "repository:shop/*"] {
            let (sql, parameters) = repositories::next_sql(&reader, &filter(text, repositories::KEYS), "a", "b");
            assert_eq!(scans(&store, &sql, parameters), [""; 0], "{text}: {sql}");
        }
    }
    for source in suggestions::SOURCES {
        let permission = format!("{}.read", source.area.as_str());
        for reader in readers(&permission) {
            let (sql, parameters) = suggestions::next_sql(&reader, source, "sh", Some("shop"));
            assert_eq!(scans(&store, &sql, parameters), [""; 0], "{}.{}: {sql}", source.resource, source.key);
        }
    }
}
