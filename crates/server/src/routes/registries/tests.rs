use serde_json::{Value, json};

use crate::testing::{As, TestServer};

const PASSWORD_MARK: &str = "marker-of-a-password";
const HOOK_MARK: &str = "marker-of-a-hook-secret";

fn sample() -> Value {
    json!({ "name": "harbor", "kind": "harbor", "address": "https://R.example:5000/",
        "credential": { "type": "password", "user": "robot", "password": PASSWORD_MARK },
        "hook_secret": HOOK_MARK, "rules": { "repositories": ["shop/*"], "newest": 3 } })
}

#[test]
fn certificates_that_nobody_can_be_vouched_for_by_are_refused() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    let folder = tempfile::tempdir().unwrap();
    daemon::Identity::own(folder.path(), &["r.example".to_owned()], 1_790_000_000).unwrap();
    let good = std::fs::read_to_string(folder.path().join("ca.pem")).unwrap();
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = &good[..good.len() / 2];
    for (ca, told) in [
        (good.clone(), None),
        (damaged.to_owned(), Some("`ca`: certificate 1 in it is damaged.")),
        (format!("{good}{damaged}"), Some("`ca`: certificate 2 in it is damaged.")),
        (format!("{good}{cut}"), Some("`ca`: certificate 2 in it is damaged.")),
        ("no certificate".to_owned(), Some("`ca`: it must be certificates in PEM form, of 256 KiB at most.")),
    ] {
        let request = json!({ "name": "r", "kind": "oci", "address": "r.example", "is_enabled": false, "ca": ca });
        let answer = server.ask(&admin, "POST", "/registries", request);
        assert_eq!(answer.status, if told.is_some() { 422 } else { 201 }, "{}", answer.body);
        assert_eq!(answer.body["detail"].as_str(), told);
    }
}

#[test]
fn a_registry_is_kept_without_telling_its_secrets() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    let made = server.ask(&admin, "POST", "/registries", sample());
    made.expect(201);
    assert_eq!((made.header("etag"), made.body["address"].as_str()), ("\"1\"", Some("r.example:5000")));
    assert_eq!(
        (made.body["credential_type"].as_str(), made.body["has_hook_secret"].as_bool()),
        (Some("password"), Some(true))
    );
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/registries/{id}");
    let mut changed = sample();
    changed["name"] = json!("other");
    changed.as_object_mut().unwrap().remove("credential");
    changed.as_object_mut().unwrap().remove("hook_secret");
    server.ask(&admin, "PUT", &path, changed.clone()).expect(428);
    let answer = server.ask_with(&admin, "PUT", &path, &[("if-match", "\"1\"")], changed.clone());
    answer.expect(200);
    assert_eq!(answer.body["credential_type"], "password", "what is not given stays");
    server.ask_with(&admin, "PUT", &path, &[("if-match", "\"1\"")], changed.clone()).expect(412);
    changed["address"] = json!("elsewhere.example");
    let answer = server.ask_with(&admin, "PUT", &path, &[("if-match", "\"2\"")], changed.clone());
    assert_eq!((answer.status, answer.body["parameters"]["field"].as_str()), (422, Some("credential")));
    changed["address"] = json!("http://r.example:5000");
    changed["plain_http"] = json!(true);
    let answer = server.ask_with(&admin, "PUT", &path, &[("if-match", "\"2\"")], changed.clone());
    assert_eq!(answer.body["parameters"]["field"], "credential", "nor does it go out unencrypted");
    changed["credential"] = json!({ "type": "none" });
    let answer = server.ask_with(&admin, "PUT", &path, &[("if-match", "\"2\"")], changed);
    answer.expect(200);
    assert_eq!(answer.body["credential_type"], json!(null));

    let list = server.ask(&admin, "GET", "/registries", json!(null));
    assert_eq!(list.body["items"][0]["name"], "other");
    let job = server.ask(&admin, "POST", &format!("{path}/test"), json!(null));
    job.expect(202);
    let jobs = server.ask(&admin, "GET", "/jobs?filter=state:waiting", json!(null));
    assert_eq!(jobs.body["items"].as_array().unwrap().len(), 2, "{}", jobs.body);
    let dump = server.database();
    for mark in [PASSWORD_MARK, HOOK_MARK] {
        for told in [&made.body.to_string(), &list.body.to_string(), &jobs.body.to_string(), &dump] {
            assert!(!told.contains(mark), "{mark}");
        }
    }
    server.ask_with(&admin, "DELETE", &path, &[("if-match", "\"3\"")], json!(null)).expect(204);
    server.ask(&admin, "GET", &path, json!(null)).expect(404);
    let jobs = server.ask(&admin, "GET", "/jobs?filter=state:cancelled", json!(null));
    assert_eq!(jobs.body["items"].as_array().unwrap().len(), 2);
    let trail = server.trail().join(" ");
    assert!(
        trail.ends_with(
            "registry.create done registry.change done registry.change done registry.test done registry.remove done"
        ),
        "{trail}"
    );
}

#[test]
fn what_cannot_be_a_registry_is_refused_with_its_field() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    for (field, value, named) in [
        ("name", json!(" "), "name"),
        ("address", json!("r.example/path"), "address"),
        ("address", json!("user@r.example"), "address"),
        ("address", json!("no-dots"), "address"),
        ("address", json!("r.example:65536"), "address"),
        ("address", json!("r.example:0"), "address"),
        ("address", json!("http://r.example"), "plain_http"),
        ("address", json!(null), "address"),
        ("ca", json!("no certificate"), "ca"),
        ("hook_secret", json!("short"), "hook_secret"),
        ("poll_minutes", json!(0), "poll_minutes"),
        ("credential", json!({ "type": "password", "user": "", "password": "x" }), "credential"),
        ("rules", json!({ "repositories": ["a b"] }), "rules.repositories"),
        ("rules", json!({ "newest": 0 }), "rules.newest"),
    ] {
        let mut request = sample();
        request[field] = value;
        let answer = server.ask(&admin, "POST", "/registries", request);
        assert_eq!((answer.status, answer.body["parameters"]["field"].as_str()), (422, Some(named)), "{}", answer.body);
    }
    let mut request = sample();
    request["kind"] = json!("cvs");
    assert_eq!(server.ask(&admin, "POST", "/registries", request).code(), "request.malformed");
    let hub = server.ask(&admin, "POST", "/registries", json!({ "name": "hub", "kind": "docker_hub" }));
    assert_eq!(hub.body["address"], "docker.io");
    server.ask(&admin, "POST", "/registries", json!({ "name": "hub", "kind": "quay" })).expect(409);
    let plain = json!({ "name": "p", "kind": "oci", "address": "http://r.example", "plain_http": true });
    let plain = server.ask(&admin, "POST", "/registries", plain);
    assert_eq!(plain.body["risks"][0]["code"], "registry.risk.plain_http");
}

#[test]
fn a_message_is_verified_and_a_push_is_scanned_once() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    let made = server.ask(&admin, "POST", "/registries", sample());
    let path = format!("/hooks/{}", made.body["id"].as_str().unwrap());
    let digest = format!("sha256:{}", "a".repeat(64));
    let push = |repository: &str| {
        json!({ "type": "PUSH_ARTIFACT", "event_data": { "resources": [{ "digest": digest, "tag": "1" }],
            "repository": { "repo_full_name": repository } } })
    };
    let send = |path: &str, secret: &str, message: Value| {
        server.ask_with(&As::Nobody, "POST", path, &[("authorization", secret)], message)
    };
    let (wrong, absent) = (send(&path, "wrong", push("shop/a")), send("/hooks/none", HOOK_MARK, push("shop/a")));
    assert_eq!((wrong.status, &wrong.body["detail"]), (401, &absent.body["detail"]));
    assert_eq!(send(&path, HOOK_MARK, push("shop/a")).body["enqueued"], 1);
    assert_eq!(send(&path, HOOK_MARK, push("shop/a")).body["enqueued"], 0);
    assert_eq!(send(&path, HOOK_MARK, push("bank/a")).body["enqueued"], 0, "the rules do not want it");
    let jobs = server.ask(&admin, "GET", "/jobs?filter=kind:scan", json!(null));
    let job = &jobs.body["items"][0];
    assert_eq!((job["priority"].as_str(), job["work"]["digest"].as_str()), (Some("webhook"), Some(digest.as_str())));
}

#[test]
fn an_image_is_scanned_when_a_person_asks_and_a_wrong_name_is_told() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    let made = server.ask(&admin, "POST", "/registries", sample());
    let path = format!("/registries/{}/scan", made.body["id"].as_str().unwrap());
    let job = server.ask(&admin, "POST", &path, json!({ "repository": "shop/a", "tag": "1" }));
    job.expect(202);
    assert_eq!(job.body["work"], json!({ "kind": "scan", "repository": "shop/a", "tag": "1" }));
    server.ask(&admin, "POST", &path, json!({ "repository": "Shop/../a" })).expect(422);
    let id = job.body["id"].as_str().unwrap();
    server.ask(&admin, "POST", &format!("/jobs/{id}/retry"), json!(null)).expect(409);
    assert_eq!(server.ask(&admin, "POST", &format!("/jobs/{id}/cancel"), json!(null)).body["state"], "cancelled");
    assert_eq!(server.ask(&admin, "POST", &format!("/jobs/{id}/cancel"), json!(null)).code(), "object.state");
    assert_eq!(server.ask(&admin, "POST", &format!("/jobs/{id}/retry"), json!(null)).body["state"], "waiting");
}
