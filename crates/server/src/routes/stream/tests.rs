use serde_json::json;
use store::Lane;
use store::events::Event;

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
    assert!(follow(&server, &who, "", Some("2"), 2).contains("id: 3\nevent: image.verdict\n"));
    server.ask(&As::Nobody, "GET", "/events/stream", json!(null)).expect(401);
}
