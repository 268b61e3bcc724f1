//! Both stores for the same test.

use crate::{Address, Store, StoreOptions};

/// Runs a test on SQLite, and on PostgreSQL where it is installed.
pub(crate) fn on_both_stores(test: impl Fn(&Store)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = Address::Sqlite(folder.path().join("store.db"));
    test(&Store::open(&StoreOptions::new(address)).expect("SQLite opens"));
    if let Some(uri) = test_support::postgres_database() {
        test(&Store::open(&StoreOptions::new(Address::Postgres(uri))).expect("PostgreSQL opens"));
    }
}
