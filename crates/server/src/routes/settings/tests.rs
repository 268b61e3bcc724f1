//! Settings of the installation.

use serde_json::{Value, json};

use crate::testing::{Answer, As, TestServer};

fn change(server: &TestServer, who: &As, version: i64, values: Value) -> Answer {
    let tag = format!("\"{version}\"");
    server.ask_with(who, "PUT", "/settings", &[("if-match", &tag)], json!({ "values": values }))
}

fn setting(answer: &Answer, key: &str) -> Value {
    answer.body["items"].as_array().unwrap().iter().find(|item| item["key"] == key).unwrap().clone()
}

#[test]
fn settings_are_changed_by_one_at_a_time_and_the_trail_tells_it() {
    let server = TestServer::with(&[("BULKHEAD_SESSION_HOURS", "8"), ("BULKHEAD_LOG_LEVEL", "debug")]);
    let admin = server.user("admin", &["administrator"]);
    let first = server.ask(&admin, "GET", "/settings", json!(null));
    first.expect(200);
    assert_eq!(first.header("etag"), "\"0\"");
    let hours = setting(&first, "session_hours");
    assert_eq!((&hours["value"], &hours["source"]), (&json!(8), &json!("configuration")));
    assert_eq!(setting(&first, "separation_of_duties")["source"], "default");
    let level = first.body["configuration"].as_array().unwrap().iter().find(|own| own["key"] == "log_level").unwrap();
    assert_eq!((&level["value"], &level["place"]), (&json!("debug"), &json!("BULKHEAD_LOG_LEVEL")));
    let changed = change(&server, &admin, 0, json!({ "session_hours": 2, "separation_of_duties": false }));
    changed.expect(200);
    let hours = setting(&changed, "session_hours");
    assert_eq!((&hours["value"], &hours["source"], &hours["default"]), (&json!(2), &json!("set"), &json!(8)));
    change(&server, &admin, 0, json!({})).expect(412);
    let back = change(&server, &admin, 1, json!({ "session_hours": null }));
    assert_eq!(setting(&back, "session_hours")["source"], "configuration", "what is not named has its default");
    assert_eq!(setting(&back, "separation_of_duties")["value"], true);
    assert_eq!(server.trail().iter().filter(|line| *line == "settings.change done").count(), 2);
}

#[test]
fn what_cannot_be_a_setting_is_refused() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    for values in [
        json!({ "nothing": 1 }),
        json!({ "session_hours": 0 }),
        json!({ "session_hours": "2" }),
        json!({ "session_hours": 1.5 }),
        json!({ "separation_of_duties": 1 }),
        json!({ "data_dir": "/tmp" }),
    ] {
        let answer = change(&server, &admin, 0, values.clone());
        assert_eq!((answer.status, answer.code()), (422, "request.invalid"), "{values}");
    }
    server.ask(&admin, "PUT", "/settings", json!({ "values": {} })).expect(428);
    let engineer = server.user("engineer", &["security-engineer"]);
    server.ask(&engineer, "GET", "/settings", json!(null)).expect(200);
    change(&server, &engineer, 0, json!({})).expect(403);
    let scoped = server.scoped_token("settings.read", "shop", "shop/*");
    server.ask(&scoped, "GET", "/settings", json!(null)).expect(404);
}

#[test]
fn the_length_of_sessions_follows_the_settings_at_once() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    change(&server, &admin, 0, json!({ "session_hours": 1, "session_idle_minutes": 1 })).expect(200);
    let me = server.ask(&server.user("bob", &[]), "GET", "/me", json!(null));
    let ends = api::Moment::read(me.body["session_expires"].as_str().unwrap()).unwrap();
    let length = ends.0 - crate::clock::now();
    assert!(length <= 3600 * crate::clock::SECOND && length > 3000 * crate::clock::SECOND, "{length}");
    let old = crate::clock::now() - 61 * crate::clock::SECOND;
    let aged = move |connection: &mut store::Connection| {
        connection.execute("UPDATE sessions SET last_seen = $1", &store::values![old])
    };
    server.app.store.write_blocking(store::Lane::Beside, aged).unwrap();
    server.ask(&admin, "GET", "/me", json!(null)).expect(401);
}
