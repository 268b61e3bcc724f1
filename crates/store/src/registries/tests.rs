use policy::access::{Principal, permit};

use super::*;
use crate::testing::on_both_stores;
use crate::{Lane, Store};

fn may(permission: &str) -> Permit {
    permit(&Principal::server(), permission.parse().unwrap()).unwrap()
}

fn write<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    store.write_blocking(Lane::Beside, work)
}

fn sample() -> Registry {
    Registry {
        id: "1".to_owned(),
        name: "first".to_owned(),
        kind: "harbor".to_owned(),
        address: "r.example:5000".to_owned(),
        ca: Some("PEM".to_owned()),
        plain_http: false,
        rules: Rules { repositories: vec!["shop/*".to_owned()], newest: Some(3), ..Rules::default() },
        poll_seconds: 60,
        most_at_once: 2,
        stale_days: 90,
        is_enabled: true,
        credential: Some(vec![1, 2]),
        credential_type: Some("password".to_owned()),
        hook_secret: None,
        next_poll: 5,
        last_listed: None,
        failure: None,
        risks: "[]".to_owned(),
        created: 1,
        changed: 1,
        version: 1,
    }
}

fn tag(name: &str, digest: &str) -> Tag {
    Tag { repository: "app".to_owned(), tag: name.to_owned(), digest: digest.to_owned(), built: Some(7) }
}

#[test]
fn a_registry_comes_back_as_it_was_written_and_changes_by_version() {
    on_both_stores(|store| {
        let first = sample();
        let added = first.clone();
        write(store, move |connection| insert(connection, &may("registries.write"), &added)).unwrap();
        let read = |id: &'static str| write(store, move |connection| by_id(connection, &may("registries.read"), id));
        assert_eq!(read("1").unwrap(), first);
        let twin = Registry { id: "2".to_owned(), ..first.clone() };
        let refused = write(store, move |connection| insert(connection, &may("registries.write"), &twin));
        assert!(matches!(refused, Err(StoreError::Exists { .. })));
        let changed = Registry { name: "second".to_owned(), credential: None, version: 2, ..first };
        let again = changed.clone();
        write(store, move |connection| update(connection, &may("registries.write"), &again)).unwrap();
        assert_eq!(read("1").unwrap(), changed);
        let refused = write(store, move |connection| update(connection, &may("registries.write"), &changed));
        assert!(matches!(refused, Err(StoreError::Changed { .. })));
        let query = ListQuery {
            filter: policy::filter::Filter::default(),
            sort: policy::filter::Sort { key: "name", is_descending: false },
            after: None,
            limit: 5,
        };
        let refused = write(store, move |connection| list(connection, &may("images.read"), &query));
        assert!(matches!(refused, Err(StoreError::NotFound { .. })), "a permit for something else is none");
        write(store, |connection| delete(connection, &may("registries.write"), "1", 2, 0)).unwrap();
        assert!(matches!(read("1"), Err(StoreError::NotFound { .. })));
    });
}

#[test]
fn a_registry_is_due_for_one_server_at_a_time() {
    on_both_stores(|store| {
        write(store, |connection| insert(connection, &may("registries.write"), &sample())).unwrap();
        let due = |now: i64| {
            write(store, move |connection| take_due(connection, &may("registries.write"), now, |_| now + 100))
                .unwrap()
                .len()
        };
        assert_eq!((due(4), due(5), due(6), due(105)), (0, 1, 0, 1));
    });
}

#[test]
fn a_registry_that_a_clock_ahead_has_put_off_is_due() {
    on_both_stores(|store| {
        const INTERVAL: i64 = 60_000_000;
        let ahead = Registry { next_poll: 400 * 24 * 60 * INTERVAL, ..sample() };
        write(store, move |connection| insert(connection, &may("registries.write"), &ahead)).unwrap();
        let due = |now: i64| {
            write(store, move |connection| take_due(connection, &may("registries.write"), now, |_| now + INTERVAL))
                .unwrap()
                .len()
        };
        assert_eq!((due(1), due(2), due(INTERVAL), due(INTERVAL + 1)), (1, 0, 0, 1));
    });
}

#[test]
fn tags_that_are_new_or_moved_are_told_once() {
    on_both_stores(|store| {
        write(store, |connection| insert(connection, &may("registries.write"), &sample())).unwrap();
        let note = |tags: Vec<Tag>, now: i64| -> Vec<String> {
            let moved = write(store, move |connection| note_tags(connection, "1", &tags, now)).unwrap();
            moved.into_iter().map(|tag| format!("{}={}", tag.tag, tag.digest)).collect()
        };
        assert_eq!(note(vec![tag("1", "a"), tag("latest", "a")], 10), ["1=a", "latest=a"]);
        assert!(note(vec![tag("1", "a"), tag("latest", "a")], 20).is_empty());
        assert_eq!(note(vec![tag("latest", "b")], 30), ["latest=b"]);
        write(store, |connection| note_scanned(connection, "1", "app", "b", 35)).unwrap();
        assert_eq!(write(store, |connection| tags_of(connection, "1", "app", "b")).unwrap(), ["latest"]);
        assert_eq!(write(store, |connection| built_before(connection, "1", 8, 9)).unwrap().len(), 2);
        assert_eq!(write(store, |connection| forget_unseen(connection, "1", 30)).unwrap(), 1);
        assert_eq!(note(vec![tag("1", "a"), tag("latest", "b")], 40), ["1=a"]);
    });
}

#[test]
fn a_message_is_taken_once() {
    on_both_stores(|store| {
        write(store, |connection| insert(connection, &may("registries.write"), &sample())).unwrap();
        let message = |now: i64| write(store, move |connection| take_message(connection, "1", b"hash", now)).unwrap();
        assert_eq!((message(1), message(2)), (true, false));
        assert_eq!(write(store, |connection| forget_messages(connection, 5)).unwrap(), 1);
        assert!(message(6));
    });
}
