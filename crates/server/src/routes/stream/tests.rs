use serde_json::json;
use store::Lane;
use store::events::Event;

use super::{LONGEST_GAP, without_gap};
use crate::clock::SECOND;
use crate::testing::{As, TestServer};

fn happen(server: &TestServer, topic: &'static str) {
    let event = Event {
        id: 0,
        at: 0,
        topic: topic.into(),
        object: "image".into(),
        object_id: "1".into(),
        parameters: serde_json::Map::new(),
    };
    server
        .app
        .store
        .write_blocking(Lane::Audited, move |connection| store::outbox::enqueue(connection, &event, ""))
        .unwrap();
}

fn follow(server: &TestServer, who: &As, query: &str, last: Option<&str>, pieces: usize) -> String {
    let last: Vec<(&str, &str)> = last.map(|id| ("last-event-id", id)).into_iter().collect();
    server.beginning(who, &format!("/events/stream{query}"), &last, pieces)
}

#[test]
fn a_stream_goes_on_where_it_stopped_and_tells_what_one_may_see() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        for topic in ["image.verdict", "policy.change", "image.scan", "user.create"] {
            happen(&server, topic);
        }
        let all = server.token("images.read,policies.read");
        let text = follow(&server, &all, "", Some("1"), 3);
        assert!(text.starts_with("retry: 3000\n\nid: 2\nevent: policy.change\ndata: {"), "{text}");
        assert!(text.contains("id: 3\nevent: image.scan\n") && !text.contains("user.create"), "{text}");
        let text = follow(&server, &all, "?topics=image.*", Some("0"), 3);
        assert!(text.contains("id: 1\n") && text.contains("id: 3\n") && !text.contains("id: 2\n"), "{text}");
        let some = server.token("policies.read");
        let text = follow(&server, &some, "", Some("0"), 2);
        assert!(text.contains("policy.change") && !text.contains("image."), "{text}");
    }
}

#[test]
fn whoever_comes_too_late_is_told_to_read_anew() {
    let server = TestServer::new();
    for _ in 0..3 {
        happen(&server, "image.verdict");
    }
    server
        .app
        .store
        .write_blocking(Lane::Beside, |connection| {
            connection.execute("DELETE FROM events WHERE id < 3", &[]).map(|_| ())
        })
        .unwrap();
    let who = server.token("images.read");
    assert!(follow(&server, &who, "", Some("1"), 2).contains("id: 3\nevent: reset\n"));
    assert!(follow(&server, &who, "", Some("99"), 2).contains("event: reset\n"));
    assert!(follow(&server, &who, "", Some("abc"), 2).contains("event: reset\n"), "it is no number of ours");
    assert!(follow(&server, &who, "", Some("2"), 2).contains("id: 3\nevent: image.verdict\n"));
    server.ask(&As::Nobody, "GET", "/events/stream", json!(null)).expect(401);
}

#[test]
fn whoever_is_limited_to_an_application_is_told_of_its_images_alone() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("admin", &["administrator"]);
        let permissions = "images.read,verdicts.read,policies.read,exceptions.read,access.read";
        let bank = server.scoped_token(permissions, "bank", "bank/*");
        server.catch_up();
        for (number, name) in [(1, "a.example/shop/api:1"), (2, "a.example/bank/core:1"), (3, "a.example/bank/core:1")]
        {
            server.register(&admin, &crate::sample::index(number, name, &[])).expect(200);
        }
        happen(&server, "policy.change");
        let digest = crate::sample::digest;
        let all = follow(&server, &server.token(permissions), "", Some("0"), 6);
        assert!(all.contains(&digest(1)) && all.contains("policy.change"), "{all}");
        // Two registrations, and the tag that moved from one to the other; nothing of anybody else.
        let text = follow(&server, &bank, "", Some("0"), 4);
        let count = text.matches("event: ").count();
        assert!(text.contains(&digest(2)) && text.contains(&digest(3)) && text.contains("tag.moved"), "{text}");
        assert!(!text.contains(&digest(1)) && !text.contains("policy.change") && count == 3, "{text}");
    }
}

#[test]
fn a_tag_that_moves_from_somebody_elses_image_does_not_tell_which_one() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    server.register(&admin, &crate::sample::index(1, "a.example/web:1", &[])).expect(200);
    let mut other = crate::sample::report(2, "a.example/web:1", &[]);
    other.inventory.image.as_mut().unwrap().labels = [("team".to_owned(), "bank".to_owned())].into();
    server.register(&admin, &formats::report_document(&other)).expect(200);
    let scope = serde_json::json!({ "name": "bank", "expression": "",
        "variables": [{ "attribute": "image.label", "key": "team", "value": "bank" }] });
    let scope = server.ask(&admin, "POST", "/scopes", scope);
    scope.expect(201);
    let body = json!({ "name": "t", "permissions": ["images.read"], "scopes": [scope.body["id"]] });
    let made = server.ask(&admin, "POST", "/tokens", body);
    made.expect(201);
    let bank = As::Token(made.body["secret"].as_str().unwrap().to_owned());
    server.catch_up();
    let text = follow(&server, &bank, "?topics=tag.*", Some("0"), 2);
    assert!(text.contains(&crate::sample::digest(2)) && !text.contains(&crate::sample::digest(1)), "{text}");
}

#[test]
fn jobs_are_told_to_whoever_may_see_all_of_them_and_ones_own_to_everybody() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let ci = server.token("images.read");
        let other = server.token("images.read,policies.read");
        let asked = server.ask(&ci, "POST", "/images/export", json!({ "format": "csv" }));
        asked.expect(202);
        let id = asked.body["id"].as_str().unwrap();
        server.do_jobs();
        happen(&server, "policy.change");
        let words = |topic: &str| format!("event: {topic}\n");
        for who in [&ci, &server.token("jobs.read")] {
            let text = follow(&server, who, "?topics=job.*", Some("0"), 4);
            for topic in ["job.queued", "job.started", "job.finished"] {
                assert!(text.contains(&words(topic)), "{text}");
            }
            assert!(text.contains(id) && text.contains("\"kind\":\"export\""), "{text}");
        }
        let text = follow(&server, &other, "", Some("0"), 2);
        assert!(text.contains("policy.change") && !text.contains("job."), "{text}");
        // Jobs belong to no application: whoever is limited to some sees their own alone.
        let bank = server.scoped_token("jobs.read,images.read", "bank", "bank/*");
        let made = server.ask(&bank, "POST", "/images/export", json!({ "format": "csv" }));
        made.expect(202);
        let text = follow(&server, &bank, "?topics=job.*", Some("0"), 2);
        assert!(text.contains(made.body["id"].as_str().unwrap()) && !text.contains(id), "{text}");
    }
}

#[test]
fn a_removed_image_is_told_to_whoever_could_see_it() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("admin", &["administrator"]);
        let bank = server.scoped_token("images.read", "bank", "bank/*");
        server.catch_up();
        for (number, name) in [(1, "a.example/shop/api:1"), (2, "a.example/bank/core:1")] {
            server.register(&admin, &crate::sample::index(number, name, &[])).expect(200);
            server
                .ask(&admin, "DELETE", &format!("/images/{}", crate::sample::digest(number)), json!(null))
                .expect(204);
        }
        let text = follow(&server, &bank, "?topics=image.removed", Some("0"), 2);
        let digest = crate::sample::digest;
        assert!(text.contains(&digest(2)) && !text.contains(&digest(1)), "{text}");
        assert!(text.contains("\"cause\":\"person\""), "{text}");
        let text = follow(&server, &admin, "?topics=image.removed", Some("0"), 3);
        assert!(text.contains(&digest(1)) && text.contains(&digest(2)), "{text}");
    }
}

#[test]
fn a_gap_of_numbers_is_waited_for_as_long_as_it_may_be_filled() {
    let event = |id: i64, at: i64| Event {
        id,
        at,
        topic: "image.verdict".to_owned(),
        object: "image".to_owned(),
        object_id: String::new(),
        parameters: serde_json::Map::new(),
    };
    let now = 1000 * SECOND;
    assert_eq!(without_gap(5, &[event(6, now), event(7, now)], now), 2);
    assert_eq!(without_gap(5, &[event(6, now), event(8, now)], now), 1);
    assert_eq!(without_gap(5, &[event(8, now)], now), 0);
    assert_eq!(without_gap(5, &[event(8, now - 2 * LONGEST_GAP), event(9, now)], now), 2, "nobody fills it any more");
}

/// A stream that is open tells nothing any more once its token is revoked, its session ended or its user removed.
#[test]
fn a_stream_ends_with_the_right_that_it_was_opened_with() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let made = server.ask(&admin, "POST", "/tokens", json!({ "name": "t", "permissions": ["images.read"] }));
    let token = As::Token(made.body["secret"].as_str().unwrap().to_owned());
    let (leaving, removed) = (server.user("leaving", &["administrator"]), server.user("removed", &["administrator"]));
    let id = server.ask(&removed, "GET", "/me", json!(null)).body["id"].as_str().unwrap().to_owned();
    let first = [("if-match", "\"1\"")];
    let revoke = |path: &str, who: &As| {
        let answer = server.ask_with(who, "DELETE", path, &first, json!(null));
        assert!(answer.status < 300, "{path}: {}", answer.body);
    };
    for (who, path, by) in [
        (&token, format!("/tokens/{}", made.body["token"]["id"].as_str().unwrap()), &admin),
        (&leaving, "/sessions/current".to_owned(), &leaving),
        (&removed, format!("/users/{id}"), &admin),
    ] {
        let mut stream = server.open(who, "/events/stream?topics=image.*", &[]);
        assert!(server.piece(&mut stream).unwrap().starts_with("retry"));
        happen(&server, "image.verdict");
        assert!(server.piece(&mut stream).unwrap().contains("image.verdict"));
        revoke(&path, by);
        happen(&server, "image.verdict");
        assert_eq!(server.piece(&mut stream), None, "{path}");
    }
}

#[test]
fn a_stream_ends_when_the_server_drains() {
    let server = TestServer::new();
    let who = server.token("images.read");
    let mut body = server.open(&who, "/events/stream", &[]);
    assert_eq!(server.piece(&mut body).as_deref(), Some("retry: 3000\n\n"));
    server.app.streams.close();
    assert_eq!(server.piece(&mut body), None);
    server.ask(&who, "GET", "/events/stream", json!(null)).expect(429);
}

#[test]
fn a_topic_of_which_nothing_is_ever_told_is_refused() {
    let server = TestServer::new();
    let who = server.token("images.read");
    for (topics, refused) in [("nope", "nope"), ("image.*,verdict", "verdict"), ("job.x*", "job.x*")] {
        let answer = server.ask(&who, "GET", &format!("/events/stream?topics={topics}"), json!(null));
        answer.expect(422);
        let told = answer.body["detail"].as_str().unwrap();
        let expected = format!("nothing is ever told of `{refused}`; the topics are image.registered, ");
        assert!(told.contains(&expected) && told.contains("registry.listed"), "{told}");
    }
}
