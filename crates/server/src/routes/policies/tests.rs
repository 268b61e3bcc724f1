//! Policies, their versions and dry runs.

use serde_json::json;

use crate::sample::{SEVERE, index, intelligence};
use crate::testing::{As, TestServer, until_another_waits};

const RIGHTS: &str = "images.read,images.write,verdicts.read,policies.read,policies.write";

fn server() -> (TestServer, As) {
    let server = TestServer::new();
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let who = server.token(RIGHTS);
    (server, who)
}

#[test]
fn a_policy_is_edited_with_its_version_and_every_version_stays() {
    let (server, who) = server();
    let created = server.policy(&who, SEVERE);
    let id = created.body["id"].as_str().unwrap();
    let path = format!("/policies/{id}");
    assert_eq!(created.header("etag"), "\"1\"");
    let edit = json!({ "document": SEVERE.replace("high", "critical"), "comment": "milder" });
    let answer = server.ask(&who, "PUT", &path, edit.clone());
    assert_eq!(answer.status, 428);
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"7\"")], edit.clone()).expect(412);
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"1\"")], edit.clone()).expect(200);
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"1\"")], edit.clone()).expect(412);
    // Saved as it is, it stays the version that it is.
    let same = json!({ "document": edit["document"] });
    let answer = server.ask_with(&who, "PUT", &path, &[("if-match", "\"2\"")], same.clone());
    assert_eq!((answer.status, answer.header("etag")), (200, "\"2\""));
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"1\"")], same).expect(412);
    let versions = server.ask(&who, "GET", &format!("{path}/versions"), json!(null));
    let told: Vec<_> = versions.body["items"].as_array().unwrap().iter().map(|item| item["version"].clone()).collect();
    assert_eq!(told, [json!(2), json!(1)]);
    assert_eq!(versions.body["items"][0]["comment"], "milder");
    server.ask_with(&who, "DELETE", &path, &[("if-match", "\"2\"")], json!(null)).expect(204);
    server.ask(&who, "GET", &path, json!(null)).expect(404);
    server.ask(&who, "GET", &format!("{path}/versions"), json!(null)).expect(200);
    let trail = server.trail();
    for action in ["policy.create done", "policy.change done", "policy.remove done"] {
        assert!(trail.contains(&action.to_owned()), "{trail:?}");
    }
}

#[test]
fn a_wrong_document_is_refused_with_line_and_key() {
    let (server, who) = server();
    let answer = server.ask(&who, "POST", "/policies", json!({ "document": SEVERE.replace("at_least", "at_lest") }));
    assert_eq!((answer.status, answer.code()), (422, "request.invalid"));
    assert_eq!(answer.body["parameters"]["line"], 6, "{}", answer.body);
    assert!(answer.body["parameters"]["problem"].as_str().unwrap().contains("at_least"), "{}", answer.body);
    let japanese = answer.body["parameters"]["problem_ja"].as_str().unwrap();
    assert!(japanese.ends_with("というキーは使えません(近いキー: `at_least`)"), "{japanese}");
    server.policy(&who, SEVERE);
    let answer = server.ask(&who, "POST", "/policies", json!({ "document": SEVERE }));
    assert_eq!(answer.code(), "object.exists");
}

#[test]
fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let (server, who) = server();
    let created = server.policy(&who, SEVERE);
    for number in 1..=5 {
        let version = if number > 2 { "1.0.0" } else { "2.0.0" };
        server.register(&who, &index(number, &format!("shop/api-{number}:1"), &[("left-pad", version)])).expect(200);
    }
    let milder = SEVERE.replace("high", "critical");
    let tried = json!({ "policy": created.body["id"], "document": milder });
    let answer = server.ask(&who, "POST", "/policies/dry-run", tried.clone());
    answer.expect(200);
    assert_eq!((&answer.body["images"], &answer.body["changed"]), (&json!(5), &json!(3)), "{}", answer.body);
    assert_eq!((&answer.body["items"][0]["from"], &answer.body["items"][0]["to"]), (&json!("deny"), &json!("allow")));
    assert_eq!(server.decision(&who, 3), "deny", "nothing was changed");
    let path = format!("/policies/{}", created.body["id"].as_str().unwrap());
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"1\"")], json!({ "document": milder })).expect(200);
    server.catch_up();
    assert_eq!(server.decision(&who, 3), "allow", "what the dry run said came true");
    let nothing = server.token("policies.read");
    server.ask(&nothing, "POST", "/policies/dry-run", tried).expect(403);
}

#[test]
fn a_name_has_no_control_characters() {
    let (server, who) = server();
    for name in ["a\\tb", "a\\nb", "a\\u0000b", "a\\e[31m"] {
        let document = SEVERE.replace("name: severe", &format!("name: \"{name}\""));
        let answer = server.ask(&who, "POST", "/policies", json!({ "document": document }));
        assert_eq!((answer.status, answer.code()), (422, "request.invalid"), "{name}: {}", answer.body);
        let problem = &answer.body["parameters"]["problem"];
        assert_eq!(problem, "its name has a line break or another control character", "{name}");
    }
}

type Installation = fn(&mut store::Connection) -> Result<(), store::StoreError>;

#[test]
fn servers_that_start_at_once_bring_presets_and_the_default_policy_once() {
    let Some(uri) = test_support::postgres_database() else { return };
    let options = store::StoreOptions::new(store::Address::Postgres(uri));
    let servers = [1, 2].map(|_| store::Store::open(&options).unwrap());
    let install: [(store::Lane, Installation); 2] = [
        (store::Lane::Beside, |connection| store::rights::install_presets(connection, 1)),
        (store::Lane::Audited, |connection| super::install_default(connection, 1)),
    ];
    for (lane, install) in install {
        let (installed, is_installed) = std::sync::mpsc::channel();
        let first = servers[0].clone();
        let first = std::thread::spawn(move || {
            first.write_blocking(lane, move |connection| {
                install(connection)?;
                // The other one is there before this is committed.
                let _ = installed.send(());
                until_another_waits(connection)
            })
        });
        is_installed.recv().unwrap();
        servers[1].write_blocking(lane, install).unwrap();
        first.join().unwrap().unwrap();
    }
    let count = |sql: &'static str| {
        let [first, _] = &servers;
        first.read_blocking(move |connection| connection.row(sql, &[])).unwrap().unwrap().integer(0)
    };
    assert_eq!(count("SELECT count(*) FROM policies"), 1);
    assert!(count("SELECT count(*) FROM roles WHERE is_preset = 1") > 0);
}

#[test]
fn the_first_start_brings_the_default_policy_once() {
    let (server, who) = server();
    let install = || {
        let done =
            server.app.store.write_blocking(store::Lane::Audited, |connection| super::install_default(connection, 1));
        done.unwrap();
    };
    install();
    install();
    let list = server.ask(&who, "GET", "/policies", json!(null));
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(list.body["items"][0]["name"], "default");
    let path = format!("/policies/{}", list.body["items"][0]["id"].as_str().unwrap());
    server.ask_with(&who, "DELETE", &path, &[("if-match", "\"1\"")], json!(null)).expect(204);
    install();
    assert_eq!(
        server.ask(&who, "GET", "/policies", json!(null)).body["items"],
        json!([]),
        "what was removed stays away"
    );
}

#[test]
fn two_versions_and_a_draft_are_compared_place_by_place() {
    let (server, who) = server();
    let created = server.policy(&who, SEVERE);
    let path = format!("/policies/{}", created.body["id"].as_str().unwrap());
    let milder = SEVERE.replace("high", "critical");
    let edit = json!({ "document": milder, "is_enabled": false });
    server.ask_with(&who, "PUT", &path, &[("if-match", "\"1\"")], edit).expect(200);
    let difference = server.ask(&who, "GET", &format!("{path}/difference"), json!(null));
    assert_eq!(
        difference.body,
        json!({ "from": 1, "to": 2, "is_enabled": [true, false], "is_respelled": false,
            "changes": [{ "place": "controls[0].at_least", "before": "high", "after": "critical" }] })
    );
    let back = server.ask(&who, "GET", &format!("{path}/difference?from=2&to=1"), json!(null));
    assert_eq!(back.body["changes"][0]["after"], "high");
    let first = server.ask(&who, "GET", &format!("{path}/difference?to=1"), json!(null));
    assert_eq!(first.body["changes"][0]["place"], "", "the first version is new as a whole");
    let draft = json!({ "from": 1, "document": format!("# why\n{SEVERE}") });
    let draft = server.ask(&who, "POST", &format!("{path}/difference"), draft);
    assert_eq!((&draft.body["is_respelled"], &draft.body["changes"]), (&json!(true), &json!([])), "{}", draft.body);
    let wrong = server.ask(&who, "POST", &format!("{path}/difference"), json!({ "document": "a: [" }));
    assert_eq!(wrong.code(), "request.invalid");
    for query in ["?from=9", "?to=3", "?to=0", "?from=-1"] {
        server.ask(&who, "GET", &format!("{path}/difference{query}"), json!(null)).expect(404);
    }
    server.ask(&who, "GET", "/policies/nothing/difference", json!(null)).expect(404);
}

#[test]
fn a_part_of_the_answer_is_given_without_a_job_where_too_many_wait() {
    let (server, who) = server();
    let As::Token(token) = &who else { panic!("it is a token") };
    let caller = server.run(crate::guard::caller_of(&server.app, token)).unwrap();
    let request = api::assurance::DryRunRequest { policy: None, document: Some(SEVERE.to_owned()) };
    let job = || server.run(super::whole(&server.app, &caller, request.clone())).unwrap();
    (0..10).for_each(|_| assert!(job().is_some()));
    assert_eq!(job(), None);
    let begun = server.ask(&who, "POST", "/policies/dry-runs", json!({ "document": SEVERE }));
    assert_eq!(begun.code(), "request.rate_limited", "whoever asks for the job alone learns why there is none");
}
