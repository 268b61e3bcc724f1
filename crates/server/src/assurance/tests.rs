//! Evaluation of stored images when something changes that they are judged by.

use model::Executable;
use serde_json::{Value, json};
use store::events::Event;

use super::reevaluation::MOST_PACKAGES;
use super::rego::Owed;
use crate::sample::{SEVERE, digest, index, intelligence, intelligence_with_malware, report};
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
fn an_intelligence_that_says_something_else_of_many_packages_has_all_images_judged() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/xz:1", &[("xz", "5.6.1")])).expect(200);
    server.catch_up();
    let passes = || server.app.store.read_blocking(store::evaluation::progress).unwrap().done;
    let before = passes();
    let others: Vec<(String, String)> =
        (1..=MOST_PACKAGES).map(|number| (format!("GHSA-aaaa-bbbb-{number:04}"), format!("other-{number}"))).collect();
    // With the one of the image: as many packages as are looked for, and one more.
    for (count, all) in [(MOST_PACKAGES - 1, 0), (MOST_PACKAGES, 1)] {
        let mut known = vec![OLD, NEW];
        known.extend(others[..count].iter().map(|(id, name)| (id.as_str(), name.as_str(), "1.0.0", "HIGH")));
        intelligence(&server, &known);
        server.catch_up();
        assert_eq!((server.decision(&who, 1).as_str(), passes() - before), ("deny", all), "{count}");
        intelligence(&server, &[OLD]);
        server.catch_up();
        assert_eq!(server.decision(&who, 1), "allow", "{count}");
    }
}

#[test]
fn a_verdict_tells_which_version_of_a_policy_it_was_and_another_that_says_the_same_makes_no_other() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
    let verdict = || server.ask(&who, "GET", &format!("/verdict?image={}", digest(1)), json!(null)).body;
    let first = verdict();
    assert_eq!((&first["policies"][0]["name"], &first["policies"][0]["stored_version"]), (&json!("severe"), &json!(1)));
    let policies = server.ask(&who, "GET", "/policies", json!(null)).body;
    let path = format!("/policies/{}", policies["items"][0]["id"].as_str().unwrap());
    let edit = |document: String, version: &str| {
        let edit = json!({ "document": document });
        server.ask_with(&who, "PUT", &path, &[("if-match", version)], edit).expect(200);
        server.catch_up();
    };
    edit(format!("# the same\n{SEVERE}"), "\"1\"");
    assert_eq!(verdict(), first);
    edit(SEVERE.replace("high", "low"), "\"2\"");
    assert_eq!(verdict()["policies"][0]["stored_version"], 3);
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
    assert_eq!(denied(&server), 70 - 2 * 32, "two steps of thirty-two are done");
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
fn a_server_that_lost_the_lease_notes_no_intelligence() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/xz:1", &[("xz", "5.6.1")])).expect(200);
    server.catch_up();
    intelligence(&server, &[OLD, NEW]);
    server.app.assurance.intelligence.look();
    assert!(!server.run(super::reevaluation::note_intelligence(&server.app, "other")).unwrap());
    server.catch_up();
    assert_eq!(server.decision(&who, 1), "deny", "the server that has the lease finds it out");
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
    let shown = |policy: &Value| (policy["name"].clone(), policy["applied"].clone());
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

/// A policy that denies malware.
const CLEAN: &str = "schema: bulkhead.policy/1\nname: clean\nversion: \"1\"\ncontrols:\n  - control: malware\n";

#[test]
fn a_newer_list_of_malware_flips_the_images_that_have_a_file_on_it() {
    let (server, who) = server();
    server.policy(&who, CLEAN);
    let malicious = "7".repeat(64);
    for (number, sha256) in [(1, &malicious), (2, &"8".repeat(64))] {
        let mut report = report(number, &format!("shop/tool-{number}:1"), &[("other", "1.0.0")]);
        report.inventory.executables = vec![Executable {
            path: "usr/bin/tool".into(),
            sha256: sha256.parse().unwrap(),
            package: None,
            modified: None,
            setuid: false,
            setgid: false,
            capabilities: Vec::new(),
            layer: Some(0),
        }];
        server.register(&who, &formats::report_document(&report)).expect(200);
    }
    server.catch_up();
    assert_eq!((server.decision(&who, 1), server.decision(&who, 2)), ("allow".to_owned(), "allow".to_owned()));
    intelligence_with_malware(&server, &[OLD], &[(&malicious, "Mirai")]);
    server.catch_up();
    assert_eq!((server.decision(&who, 1), server.decision(&who, 2)), ("deny".to_owned(), "allow".to_owned()));
    let verdict = server.ask(&who, "GET", &format!("/verdict?image={}", digest(1)), json!(null)).body;
    assert_eq!(verdict["cause"], "intelligence", "{verdict}");
    let flips = events(&server, "verdict.changed");
    assert_eq!((flips.len(), flips[0].object_id.as_str()), (1, digest(1).as_str()), "{flips:?}");
    let findings = server.ask(&who, "GET", &format!("/images/{}/findings", digest(1)), json!(null)).body;
    let found = findings["items"].as_array().unwrap().iter().find(|finding| finding["kind"] == "malware").unwrap();
    assert_eq!((&found["id"], &found["path"]), (&json!("Mirai"), &json!("usr/bin/tool")), "{found}");
    intelligence_with_malware(&server, &[OLD], &[(&"9".repeat(64), "Gafgyt")]);
    server.catch_up();
    assert_eq!(server.decision(&who, 1), "allow", "and back again");
}

#[test]
fn an_image_that_was_judged_without_a_check_that_rested_is_judged_again() {
    let (server, who) = server();
    for number in 1..=2 {
        server.register(&who, &index(number, &format!("shop/a-{number}:1"), &[("left-pad", "1.0.0")])).expect(200);
    }
    server.catch_up();
    let change = |sql: &'static str| {
        server.app.store.write_blocking(store::Lane::Beside, move |connection| connection.execute(sql, &[])).unwrap()
    };
    // What would have it judged anew is taken away, so that nothing but this does.
    change("UPDATE policies SET is_enabled = 0");
    let owed = Owed::Images([digest(1), digest(77)].into());
    server.app.assurance.rego.give_back(owed);
    server.catch_up();
    assert_eq!((server.decision(&who, 1), server.decision(&who, 2)), ("unknown".to_owned(), "deny".to_owned()));
    let verdict = server.ask(&who, "GET", &format!("/verdict?image={}", digest(1)), json!(null)).body;
    assert_eq!(verdict["cause"], "check", "{verdict}");
    server.app.assurance.rego.give_back(Owed::All);
    server.catch_up();
    assert_eq!(server.decision(&who, 2), "unknown");
}

/// A target of notifications that wants to know everything.
fn target(server: &TestServer) {
    let permit = policy::access::permit(&policy::access::Principal::server(), "integrations.write".parse().unwrap());
    let permit = permit.unwrap();
    let new = store::integrations::Integration {
        id: "a".into(),
        name: "a".into(),
        kind: "webhook".into(),
        settings: "{}".into(),
        secret: None,
        topics: vec!["*".into()],
        language: "en".into(),
        digest: 0,
        is_enabled: true,
        delivered: None,
        failed: None,
        failure: None,
        created: 0,
        changed: 0,
        version: 1,
    };
    let inserted = server
        .app
        .store
        .write_blocking(store::Lane::Beside, move |connection| store::integrations::insert(connection, &permit, &new));
    inserted.unwrap();
}

/// Of which images the target is told what, by digest and decision.
fn messages(server: &TestServer) -> Vec<(String, String)> {
    let read =
        server.app.store.read_blocking(|connection| connection.rows("SELECT event FROM outbox ORDER BY id", &[]));
    let told = |row: &store::Row| {
        let event: Value = serde_json::from_str(&row.text(0)).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&event["object_id"]), text(&event["parameters"]["to"]))
    };
    read.unwrap().iter().map(told).collect()
}

#[test]
fn only_the_effects_that_a_policy_has_follow_a_denial() {
    const EFFECTS: [&str; 4] = ["fail_pipeline", "block", "record", "notify"];
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        intelligence(&server, &[OLD]);
        server.catch_up();
        let who = server.token("images.write,verdicts.read,policies.write,audit.read");
        target(&server);
        for effect in EFFECTS {
            let scope = format!("scope:\n  variables:\n    - {{attribute: image.repository, value: shop/{effect}}}\n");
            let head = format!("name: {effect}\neffects: [{effect}]\n{scope}");
            server.policy(&who, &SEVERE.replace("name: severe\n", &head));
        }
        server.catch_up();
        for (number, effect) in (1..).zip(EFFECTS) {
            let index = index(number, &format!("registry.example/shop/{effect}:1"), &[("left-pad", "1.0.0")]);
            let told = server.register(&who, &index);
            assert_eq!((&told.body["decision"], &told.body["effects"]), (&json!("deny"), &json!([effect])));
        }
        let records = || {
            let list = server.ask(&who, "GET", "/audit?filter=action:image.deny", json!(null));
            list.expect(200);
            list.body["items"].as_array().unwrap().clone()
        };
        let found = records();
        assert_eq!((found.len(), &found[0]["object_id"]), (1, &json!(digest(3))), "{found:?}");
        assert_eq!((&found[0]["before"], &found[0]["after"]["policies"]), (&json!(null), &json!(["record"])));
        assert_eq!(messages(&server), [(digest(4), "deny".to_owned())]);
        assert_eq!(events(&server, "image.registered").len(), 4, "whoever watches sees all of them");
        // Another policy that changes nothing for them, and a pass over all images.
        server.policy(&who, &SEVERE.replace("name: severe", "name: more\nmode: audit"));
        server.catch_up();
        assert_eq!((records().len(), messages(&server).len()), (1, 1), "they are denied as before");
        intelligence(&server, &[NEW]);
        server.catch_up();
        let told = messages(&server);
        assert_eq!((records().len(), told.len()), (1, 5), "that all are allowed again is told of each: {told:?}");
        intelligence(&server, &[OLD]);
        server.catch_up();
        let (found, told) = (records(), messages(&server));
        assert_eq!((found.len(), &found[0]["before"]["decision"]), (2, &json!("allow")), "{found:?}");
        assert_eq!((told.len(), &told[5]), (6, &(digest(4), "deny".to_owned())), "{told:?}");
    }
}

#[test]
fn a_verdict_of_before_effects_were_told_is_told_with_them() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
    let aged = server.app.store.write_blocking(store::Lane::Beside, |connection| {
        let row = connection.row("SELECT body FROM verdicts", &[])?.unwrap();
        let mut document: Value =
            serde_json::from_slice(&zstd::stream::decode_all(row.bytes(0).as_slice()).unwrap()).unwrap();
        document.as_object_mut().unwrap().remove("effects").unwrap();
        document["policies"][0]["effects"] = json!(["block", "record"]);
        let body = zstd::bulk::compress(document.to_string().as_bytes(), 3).unwrap();
        connection.execute("UPDATE verdicts SET body = $1", &[store::Value::Bytes(body)])
    });
    assert_eq!(aged.unwrap(), 1);
    let verdict = server.ask(&who, "GET", &format!("/verdict?image={}", digest(1)), json!(null)).body;
    assert_eq!(verdict["effects"], json!(["block", "record"]), "{verdict}");
}
