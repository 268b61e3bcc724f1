//! Evaluation of stored images when something changes that they are judged by.

use serde_json::json;
use store::events::Event;

use crate::sample::{SEVERE, digest, index, intelligence};
use crate::testing::{As, TestServer};

const OLD: (&str, &str, &str, &str) = ("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH");
const NEW: (&str, &str, &str, &str) = ("GHSA-dddd-eeee-ffff", "xz", "5.6.2", "CRITICAL");

fn server() -> (TestServer, As) {
    let server = TestServer::new();
    intelligence(&server, &[OLD]);
    server.catch_up();
    let who = server.token("images.read,images.write,verdicts.read,findings.read,policies.read,policies.write");
    server.policy(&who, SEVERE);
    (server, who)
}

fn events(server: &TestServer, topic: &str) -> Vec<Event> {
    let events = server.app.store.read_blocking(|connection| store::events::behind(connection, 0, 1000)).unwrap();
    events.into_iter().filter(|event| event.topic == topic).collect()
}

#[test]
fn another_intelligence_flips_what_it_touches_and_leaves_the_rest_alone() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/xz:1", &[("xz", "5.6.1")])).expect(200);
    server.register(&who, &index(2, "shop/other:1", &[("other", "1.0.0")])).expect(200);
    server.catch_up();
    let before = server.ask(&who, "GET", &format!("/verdict?image={}", digest(2)), json!(null)).body;
    assert_eq!(server.decision(&who, 1), "allow");
    intelligence(&server, &[OLD, NEW]);
    server.catch_up();
    assert_eq!(server.decision(&who, 1), "deny");
    let verdict = server.ask(&who, "GET", &format!("/verdict?image={}", digest(1)), json!(null)).body;
    assert_eq!(verdict["cause"], "intelligence");
    let flips = events(&server, "verdict.changed");
    assert_eq!(flips.len(), 1, "{flips:?}");
    assert_eq!(flips[0].object_id, digest(1));
    assert_eq!(flips[0].parameters["to"], "deny");
    let after = server.ask(&who, "GET", &format!("/verdict?image={}", digest(2)), json!(null)).body;
    assert_eq!(after, before, "no package of it is spoken of");
    let history = server.ask(&who, "GET", &format!("/images/{}/history", digest(1)), json!(null));
    let told: Vec<_> = history.body["items"].as_array().unwrap().iter().map(|item| item["decision"].clone()).collect();
    assert_eq!(told, [json!("deny"), json!("allow")]);
    intelligence(&server, &[OLD]);
    server.catch_up();
    assert_eq!(server.decision(&who, 1), "allow", "and back again");
}

#[test]
fn a_change_of_a_policy_reaches_every_image_even_after_a_restart_in_the_middle() {
    let (server, who) = server();
    for number in 1..=70 {
        server.register(&who, &index(number, &format!("shop/api-{number}:1"), &[("left-pad", "1.0.0")])).expect(200);
    }
    server.catch_up();
    let list = server.ask(&who, "GET", "/policies", json!(null));
    let path = format!("/policies/{}", list.body["items"][0]["id"].as_str().unwrap());
    let document = SEVERE.replace("high", "critical");
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"1\"")], json!({ "document": document })).expect(200);
    // Some steps, and then another server takes over where this one stopped.
    for _ in 0..2 {
        assert!(server.run(super::reevaluation::step(&server.app, "test")).unwrap());
    }
    let denied = |server: &TestServer| {
        server.ask(&who, "GET", "/images?filter=decision:deny", json!(null)).body["total"].clone()
    };
    assert_eq!(denied(&server), 70 - 32, "one step of thirty-two is done");
    let release = server.app.store.write_blocking(store::Lane::Beside, |connection| {
        connection.execute("UPDATE evaluation SET until = 0 WHERE id = 1", &[])
    });
    release.unwrap();
    while server.run(super::reevaluation::step(&server.app, "other")).unwrap() {}
    assert_eq!(denied(&server), 0);
    assert_eq!(events(&server, "verdict.changed").len(), 70, "each was told once");
}

#[test]
fn one_server_at_a_time_does_the_work() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
    assert!(server.run(super::reevaluation::step(&server.app, "test")).unwrap());
    assert!(!server.run(super::reevaluation::step(&server.app, "other")).unwrap(), "the first has the lease");
}

#[test]
fn an_image_that_says_the_same_is_not_written_again() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
    server.catch_up();
    let before = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null)).body;
    server.policy(
        &who,
        &SEVERE.replace(
            "name: severe",
            "name: elsewhere\nscope:\n  variables:\n    - attribute: image.repository\n      value: nowhere",
        ),
    );
    server.catch_up();
    let after = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null)).body;
    assert_eq!(after["verdict"], before["verdict"], "the decision is the same, and so is the row of history");
    let policies = after["current_verdict"]["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 2, "each policy is shown, whether it applies or not");
    let shown = |policy: &serde_json::Value| (policy["name"].clone(), policy["applied"].clone());
    assert_eq!(shown(&policies[0]), (json!("elsewhere"), json!(false)));
}

#[test]
fn a_database_that_is_damaged_leaves_the_former_in_use() {
    let (server, who) = server();
    std::fs::write(server.folder().join("intelligence.db"), b"nonsense").unwrap();
    server.catch_up();
    let answer = server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")]));
    assert_eq!(answer.body["decision"], "deny");
    assert!(answer.body["intelligence"].is_number());
}

#[test]
fn a_scope_that_changes_shows_nothing_by_its_former_definition() {
    let (server, who) = server();
    server.register(&who, &index(1, "registry.example/shop/api:1", &[])).expect(200);
    server.register(&who, &index(2, "registry.example/bank/core:1", &[])).expect(200);
    let scoped = server.scoped_token("images.read", "app", "shop/*");
    server.catch_up();
    let seen = || {
        let list = server.ask(&scoped, "GET", "/images", json!(null));
        list.body["items"].as_array().unwrap().iter().map(|item| item["digest"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen(), [json!(digest(1))]);
    server.redefine_scope("app", "bank/*");
    assert!(seen().is_empty(), "at once, before anything is found again");
    server.catch_up();
    assert_eq!(seen(), [json!(digest(2))]);
}
