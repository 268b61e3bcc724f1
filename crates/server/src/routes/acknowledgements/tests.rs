//! That somebody has seen a finding.

use serde_json::{Value, json};

use crate::sample::{SEVERE, digest, index, intelligence};
use crate::testing::{Answer, As, TestServer};

const LEFT_PAD: &[(&str, &str)] = &[("left-pad", "1.2.0")];

fn servers() -> impl Iterator<Item = (TestServer, As)> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled)
}

fn filled(server: TestServer) -> (TestServer, As) {
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let admin = server.user("admin", &["administrator"]);
    server.policy(&admin, SEVERE);
    server.register(&admin, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    (server, admin)
}

fn acknowledge(server: &TestServer, who: &As, number: u32, more: Value) -> Answer {
    let mut body = json!({ "kind": "vulnerability", "id": "GHSA-aaaa-bbbb-cccc", "reason": "not reachable" });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    server.ask(who, "POST", &format!("/images/{}/acknowledgements", digest(number)), body)
}

fn findings(server: &TestServer, who: &As, number: u32, filter: &str) -> Value {
    let answer = server.ask(who, "GET", &format!("/images/{}/findings?filter={filter}", digest(number)), json!(null));
    answer.expect(200);
    answer.body
}

#[test]
fn an_acknowledgement_is_shown_in_lists_and_changes_no_verdict() {
    for (server, admin) in servers() {
        assert_eq!(findings(&server, &admin, 1, "acknowledged:false")["total"], 1);
        let made = acknowledge(&server, &admin, 1, json!({}));
        made.expect(201);
        assert_eq!(made.body["items"][0]["place"], "registry.example/shop/api");
        let found = findings(&server, &admin, 1, "acknowledged:true");
        let seen = &found["items"][0]["acknowledgement"];
        assert_eq!((&seen["by"], &seen["reason"]), (&json!("admin"), &json!("not reachable")), "{found}");
        assert_eq!(findings(&server, &admin, 1, "-acknowledged:true")["total"], 0);
        assert_eq!(server.decision(&admin, 1), "deny");
        server.register(&admin, &index(2, "registry.example/shop/api:2", LEFT_PAD)).expect(200);
        assert_eq!(findings(&server, &admin, 2, "acknowledged:true")["total"], 1, "the next build has it too");
        server.register(&admin, &index(3, "registry.example/bank:1", LEFT_PAD)).expect(200);
        assert_eq!(findings(&server, &admin, 3, "acknowledged:true")["total"], 0);
        let listed = server.ask(&admin, "GET", &format!("/images/{}/acknowledgements", digest(2)), json!(null));
        let id = listed.body["items"][0]["id"].as_str().unwrap().to_owned();
        let path = |number| format!("/images/{}/acknowledgements/{id}", digest(number));
        server.ask(&admin, "DELETE", &path(3), json!(null)).expect(404);
        server.ask(&admin, "DELETE", &path(2), json!(null)).expect(204);
        assert_eq!(findings(&server, &admin, 1, "acknowledged:true")["total"], 0);
        let trail = server.trail();
        assert!(trail.contains(&"finding.acknowledge done".to_owned()), "{trail:?}");
        assert!(trail.contains(&"finding.unacknowledge done".to_owned()), "{trail:?}");
    }
}

#[test]
fn an_acknowledgement_of_one_image_is_of_no_other_and_ends_by_itself() {
    for (server, admin) in servers() {
        let soon = api::Moment(crate::clock::now() + 500_000).text();
        let made = acknowledge(&server, &admin, 1, json!({ "is_of_image": true, "until": soon }));
        assert_eq!(made.body["items"][0]["place"], digest(1));
        server.register(&admin, &index(2, "registry.example/shop/api:2", LEFT_PAD)).expect(200);
        assert_eq!(findings(&server, &admin, 2, "acknowledged:true")["total"], 0);
        std::thread::sleep(std::time::Duration::from_millis(600));
        assert_eq!(findings(&server, &admin, 1, "acknowledged:true")["total"], 0);
        for (more, status) in [
            (json!({ "until": "2020-01-01T00:00:00Z" }), 422),
            (json!({ "reason": " x " }), 422),
            (json!({ "reason": "a".repeat(2001) }), 422),
            (json!({ "id": "CVE-1" }), 404),
            (json!({ "path": "elsewhere" }), 404),
        ] {
            acknowledge(&server, &admin, 1, more).expect(status);
        }
        acknowledge(&server, &admin, 9, json!({})).expect(404);
    }
}

#[test]
fn whoever_is_limited_to_an_application_acknowledges_there_alone() {
    for (server, admin) in servers() {
        server.register(&admin, &index(2, "registry.example/bank:1", LEFT_PAD)).expect(200);
        let permissions = "findings.read,findings.write,images.read";
        let bank = server.scoped_token(permissions, "bank", "bank");
        server.catch_up();
        acknowledge(&server, &bank, 1, json!({})).expect(404);
        acknowledge(&server, &bank, 2, json!({})).expect(201);
        assert_eq!(findings(&server, &bank, 2, "acknowledged:true")["total"], 1);
        let reader = server.token("findings.read,images.read");
        acknowledge(&server, &reader, 2, json!({})).expect(403);
    }
}

#[test]
fn what_is_taken_back_is_told_as_what_was_said_is() {
    for (server, admin) in servers() {
        let made = acknowledge(&server, &admin, 1, json!({}));
        made.expect(201);
        let id = made.body["items"][0]["id"].as_str().unwrap();
        let path = format!("/images/{}/acknowledgements/{id}", digest(1));
        server.ask(&admin, "DELETE", &path, json!(null)).expect(204);
        // What is gone is taken back, and told, once.
        server.ask(&admin, "DELETE", &path, json!(null)).expect(404);
        acknowledge(&server, &admin, 1, json!({})).expect(201);
        let follower = server.token("findings.read");
        let text = server.beginning(&follower, "/events/stream?topics=finding.*", &[("last-event-id", "0")], 4);
        let told: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
        assert_eq!(told, ["finding.acknowledged", "finding.unacknowledged", "finding.acknowledged"], "{text}");
        let taken_back = text.split("event: finding.unacknowledged\n").nth(1).unwrap().lines().next().unwrap();
        let event: Value = serde_json::from_str(taken_back.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!((&event["object"], &event["object_id"]), (&json!("image"), &json!(digest(1))));
        let parameters =
            json!({ "name": "registry.example/shop/api:1", "finding": "GHSA-aaaa-bbbb-cccc", "by": "admin" });
        assert_eq!(event["parameters"], parameters);
    }
}
