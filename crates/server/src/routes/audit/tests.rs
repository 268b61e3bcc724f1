use serde_json::{Value, json};
use store::{Lane, audit};

use super::*;
use crate::audit_key;
use crate::testing::{Answer, As, TestServer};

fn sequences(answer: &Answer) -> Vec<i64> {
    answer.expect(200);
    answer.body["items"].as_array().unwrap().iter().map(|record| record["sequence"].as_i64().unwrap()).collect()
}

fn get(server: &TestServer, who: &As, path: &str) -> Answer {
    server.ask(who, "GET", path, json!(null))
}

#[test]
fn the_trail_is_listed_page_by_page_and_filtered() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let auditor = server.user("ann", &["auditor"]);
        for _ in 0..4 {
            server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": "x" })).expect(401);
        }
        let first = get(&server, &auditor, "/audit?limit=3");
        assert_eq!(sequences(&first), [5, 4, 3]);
        assert_eq!(sequences(&get(&server, &auditor, "/audit?limit=3&cursor=3")), [2, 1]);
        assert_eq!(first.body["next"], "3");
        assert_eq!(sequences(&get(&server, &auditor, "/audit?filter=outcome:done")), [1]);
        assert_eq!(sequences(&get(&server, &auditor, "/audit?filter=-outcome:done%20action:session.*")), [5, 4, 3, 2]);
        let record = &first.body["items"][0];
        assert_eq!((&record["actor"]["address"], &record["outcome"]), (&json!("192.0.2.7"), &json!("failed")));
        let wrong = get(&server, &auditor, "/audit?filter=outcom:done");
        assert_eq!((wrong.code(), &wrong.body["parameters"]["position"]), ("request.filter", &json!(1)));
        assert_eq!(get(&server, &auditor, "/audit?cursor=x").code(), "request.cursor");
        assert_eq!(get(&server, &auditor, "/audit?filter=word").code(), "request.invalid");
    }
}

#[test]
fn whoever_is_limited_to_an_application_reads_nothing_of_the_trail() {
    let server = TestServer::new();
    let scoped = server.scoped_token("audit.read", "shop", "shop/*");
    for path in ["", "/checkpoints", "/verification", "/export?format=jsonl"] {
        let answer = get(&server, &scoped, &format!("/audit{path}"));
        assert!(matches!(answer.status, 403 | 404), "{path}: {} {}", answer.status, answer.body);
    }
}

#[test]
fn an_export_has_every_record_and_no_formula() {
    let server = TestServer::new();
    let auditor = server.user("ann", &["auditor"]);
    server
        .app
        .store
        .write_blocking(Lane::Audited, |connection| {
            for number in 0..1200 {
                let actor = audit::Actor {
                    kind: "unknown".into(),
                    id: String::new(),
                    name: "=cmd|' /C calc'!A0".into(),
                    address: None,
                    request: None,
                };
                let mut record = crate::guard::entry(actor, number, "session.login", "user", "", "a \"b\", c");
                record.after = Some(json!({ "n": number }));
                audit::append(connection, &record)?;
            }
            Ok(())
        })
        .unwrap();
    let lines = get(&server, &auditor, "/audit/export?format=jsonl");
    lines.expect(200);
    let text = lines.body.as_str().unwrap();
    let numbers: Vec<i64> = text
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sequence"].as_i64().unwrap())
        .collect();
    assert!(text.starts_with("{\"export\":\"audit\""), "the first line says what it is");
    assert_eq!(numbers, (1..=1201).collect::<Vec<_>>());
    let csv = get(&server, &auditor, "/audit/export?format=csv&filter=kind:unknown");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = csv.body.as_str().unwrap();
    assert_eq!(text.lines().count(), 1202, "what it is, a head and the records");
    assert!(text.starts_with("# bulkhead.export/1 audit; as of 20") && text.contains("filter: kind:unknown"));
    assert!(text.contains(r#","'=cmd|' /C calc'!A0","#) && text.contains(r#","a ""b"", c","#), "{}", &text[..400]);
    assert_eq!(get(&server, &auditor, "/audit/export?format=xml").code(), "request.malformed");
    assert_eq!(server.trail().last().unwrap(), "audit.export done");
}

#[test]
fn the_verification_tells_what_was_altered_and_what_was_cut_off() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let auditor = server.user("ann", &["auditor"]);
        for _ in 0..5 {
            server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": "x" })).expect(401);
        }
        assert_eq!(server.run(audit_key::checkpoint(&server.app, clock::now())).unwrap(), Some(6));
        assert_eq!(server.run(audit_key::checkpoint(&server.app, clock::now())).unwrap(), None, "nothing is new");
        let whole = get(&server, &auditor, "/audit/verification");
        assert_eq!((&whole.body["is_whole"], &whole.body["checkpoints"]), (&json!(true), &json!(1)));
        let kept = get(&server, &auditor, "/audit/checkpoints");
        let kept = &kept.body["items"][0];
        assert_eq!(kept["sequence"], 6);
        let key = STANDARD.decode(kept["public_key"].as_str().unwrap()).unwrap();
        let signature = STANDARD.decode(kept["signature"].as_str().unwrap()).unwrap();
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, key)
            .verify(kept["statement"].as_str().unwrap().as_bytes(), &signature)
            .unwrap();
        let run = |sql: &'static str| {
            server.app.store.write_blocking(Lane::Audited, move |c| c.execute(sql, &[]).map(|_| ())).unwrap();
        };
        run("DELETE FROM audit WHERE sequence > 5");
        run("UPDATE audit_head SET sequence = 5, hash = (SELECT hash FROM audit WHERE sequence = 5)");
        let cut = get(&server, &auditor, "/audit/verification");
        assert_eq!(cut.body["fault"], json!({ "sequence": 6, "code": "deleted", "moved_to": null }));
        run("UPDATE audit SET body = replace(body, 'bob', 'eve') WHERE sequence = 3");
        let altered = get(&server, &auditor, "/audit/verification");
        assert_eq!(altered.body["fault"]["sequence"], 3);
        assert_eq!(altered.body["fault"]["code"], "altered");
    }
}

/// Signs a checkpoint of the trail as it is with the key of another server, which is told to none.
pub(crate) fn checkpoint_of_another(server: &TestServer) -> PublicKey {
    let folder = tempfile::tempdir().unwrap();
    let other = crate::signing_key::SigningKey::in_folder(folder.path(), audit_key::PURPOSE).unwrap();
    let (sequence, hash) = server.app.store.read_blocking(audit::head).unwrap();
    let new = audit_key::sign(&other, sequence, clock::now(), hash);
    let put = server.app.store.write_blocking(Lane::Beside, move |c| audit::put_checkpoint(c, &new));
    put.unwrap();
    other.public().clone()
}

/// Puts a key among those of all servers.
pub(crate) fn note(server: &TestServer, key: audit::StoredKey) {
    server.app.store.write_blocking(Lane::Beside, move |c| audit::note_key(c, &key, clock::now())).unwrap();
}

#[test]
fn checkpoints_of_other_servers_are_verified_by_keys_that_the_master_key_vouches_for() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let auditor = server.user("ann", &["auditor"]);
        assert_eq!(server.run(audit_key::checkpoint(&server.app, clock::now())).unwrap(), Some(1));
        server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": "x" })).expect(401);
        let other = checkpoint_of_another(&server);
        let told = || {
            let found = get(&server, &auditor, "/audit/verification").body;
            (found["checkpoints"].clone(), found["unknown_checkpoints"].clone(), found["keys"].clone())
        };
        let own = server.app.audit_key.public();
        let page = get(&server, &auditor, "/audit/checkpoints").body;
        assert_eq!(page["total"], 2);
        let by = |key: &PublicKey, is_own: bool| {
            let of_key = |item: &&Value| item["key_id"] == key.id.as_str();
            let at = &page["items"].as_array().unwrap().iter().find(of_key).unwrap()["at"];
            let public = STANDARD.encode(&key.bytes);
            json!({ "id": key.id, "is_own": is_own, "checkpoints": 1, "first": at, "last": at, "public_key": public })
        };
        let by_own = by(own, true);
        assert_eq!(told(), (json!(1), json!(1), json!([by_own])), "nobody knows the other's key");
        // Whoever can write the database alone lists a key and signs with it.
        let forged = server.app.sealer.seal("integration/1", &other.bytes);
        note(&server, audit::StoredKey { key: other.clone(), seal: forged });
        assert_eq!(told(), (json!(1), json!(1), json!([by_own])));
        let page = get(&server, &auditor, "/audit/checkpoints").body;
        assert_eq!((&page["items"][0]["key_id"], &page["items"][0]["public_key"]), (&json!(other.id), &json!(null)));
        note(&server, audit_key::sealed(&server.app.sealer, &other));
        let by_other = by(&other, false);
        let keys = if own.id < other.id { json!([by_own, by_other]) } else { json!([by_other, by_own]) };
        assert_eq!(told(), (json!(2), json!(0), keys));
        let page = get(&server, &auditor, "/audit/checkpoints").body;
        assert_eq!(page["items"][0]["public_key"], STANDARD.encode(&other.bytes));
        // What was signed by another server counts as what this one signed does.
        let forge = "UPDATE audit_checkpoints SET at = at + 1 WHERE sequence = 2";
        server.app.store.write_blocking(Lane::Beside, move |c| c.execute(forge, &[])).unwrap();
        let found = get(&server, &auditor, "/audit/verification").body;
        assert_eq!(found["fault"], json!({ "sequence": 2, "code": "forged_checkpoint", "moved_to": null }));
    }
}
