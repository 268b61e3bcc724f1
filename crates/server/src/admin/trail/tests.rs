use serde_json::json;
use store::Lane;

use super::*;
use crate::testing::TestServer;

/// A server whose trail has some records, and an export of it.
fn servers() -> Vec<(TestServer, String)> {
    let filled = |server: TestServer| {
        let bob = server.user("bob", &["administrator"]);
        for name in ["one", "two", "three", "four", "five"] {
            server.ask(&bob, "POST", "/tokens", json!({ "name": name, "permissions": ["images.read"] })).expect(201);
        }
        let export = server.ask(&bob, "GET", "/audit/export?format=jsonl", json!(null));
        export.expect(200);
        (server, export.body.as_str().unwrap().to_owned())
    };
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled).collect()
}

fn say(server: &TestServer, words: &[&str]) -> (bool, String) {
    match verify(&server.app.config, words).unwrap() {
        Ended::Well(told) => (true, told),
        Ended::Badly(told) => (false, told),
    }
}

/// Writes a file and verifies it.
fn of_file(server: &TestServer, lines: &[&str], more: &[&str]) -> (bool, String) {
    let path = server.folder().join("trail.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let path = path.display().to_string();
    say(server, &[&["--file", path.as_str()], more].concat())
}

fn tamper(server: &TestServer, statements: &'static [&'static str]) {
    server
        .app
        .store
        .write_blocking(Lane::Audited, move |connection| {
            statements.iter().try_for_each(|sql| connection.execute(sql, &[]).map(|_| ()))
        })
        .unwrap();
}

#[test]
fn a_store_that_nobody_touched_is_whole_and_a_tampered_one_says_where() {
    let tampers: [(&'static [&'static str], &str); 3] = [
        (&["DELETE FROM audit WHERE sequence = 3"], "record 3 was deleted"),
        (&["UPDATE audit SET body = replace(body, 'bob', 'eve') WHERE sequence = 4"], "record 4 was altered"),
        (
            &[
                "UPDATE audit SET sequence = -1 WHERE sequence = 2",
                "UPDATE audit SET sequence = 2 WHERE sequence = 5",
                "UPDATE audit SET sequence = 5 WHERE sequence = -1",
            ],
            "record 2 was moved: it stands at 5",
        ),
    ];
    for (statements, expected) in tampers {
        for (server, _) in servers() {
            let (is_whole, told) = say(&server, &[]);
            assert!(is_whole && told.starts_with("the trail is whole: records 1 to "), "{told}");
            tamper(&server, statements);
            let (is_whole, told) = say(&server, &[]);
            assert!(!is_whole && told.contains(expected), "{told}");
        }
    }
}

#[test]
fn an_export_is_verified_without_the_store() {
    for (server, export) in servers() {
        let lines: Vec<&str> = export.lines().filter(|line| line.contains("\"sequence\"")).collect();
        let (is_whole, told) = of_file(&server, &lines, &[]);
        assert!(is_whole, "{told}");
        assert!(told.contains(&format!("records 1 to {}", lines.len())), "{told}");
        let (is_whole, told) = of_file(&server, &lines[2..], &[]);
        assert!(is_whole && told.contains("records 3 to"), "an old part may have been retained away: {told}");

        let mut fewer = lines.clone();
        fewer.remove(3);
        assert!(of_file(&server, &fewer, &[]).1.contains("record 4 was deleted"));
        let mut swapped = lines.clone();
        swapped.swap(1, 4);
        assert!(of_file(&server, &swapped, &[]).1.contains("record 2 was moved: it stands at 5"));
        let other = lines[2].replace("bob", "eve");
        let mut altered = lines.clone();
        altered[2] = &other;
        assert!(of_file(&server, &altered, &[]).1.contains("record 3 was altered"));
    }
}

#[test]
fn kept_checkpoints_tell_a_trail_that_was_written_anew() {
    for (server, export) in servers() {
        let far = crate::clock::now() + 3600 * 24 * crate::clock::SECOND;
        server.run(crate::audit_key::checkpoint(&server.app, far)).unwrap().expect("one is due");
        let auditor = server.token("audit.read");
        let kept = server.ask(&auditor, "GET", "/audit/checkpoints", json!(null)).body;
        let file = server.folder().join("kept.json");
        std::fs::write(&file, kept.to_string()).unwrap();
        let file = file.display().to_string();
        let (is_whole, told) = say(&server, &["--checkpoints", &file]);
        assert!(is_whole && told.contains("1 checkpoint agrees"), "{told}");
        // A whole chain of other records, which the checkpoint does not know.
        let sequence = kept["items"][0]["sequence"].as_i64().unwrap();
        let mut before = Vec::new();
        let mut lines = Vec::new();
        for at in 1..=sequence {
            let text = format!(
                r#"{{"at":{at},"actor":{{"kind":"user","id":"e","name":"e"}},"action":"a","object":"o","object_id":"i","object_name":"","outcome":"done"}}"#
            );
            before = audit::chain(&before, at, &text);
            let hash: String = before.iter().map(|byte| format!("{byte:02x}")).collect();
            let at_text = api::Moment(at).text();
            lines.push(
                text.replacen(&format!("{{\"at\":{at}"), &format!("{{\"sequence\":{at},\"at\":\"{at_text}\""), 1)
                    .replace("\"done\"}", &format!("\"done\",\"hash\":\"{hash}\"}}")),
            );
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert!(of_file(&server, &lines, &[]).0, "nothing in the file itself tells it");
        let (is_whole, told) = of_file(&server, &lines, &["--checkpoints", &file]);
        assert!(!is_whole && told.contains(&format!("record {sequence} was written anew")), "{told}");
        drop(export);
    }
}

#[test]
fn checkpoints_of_other_servers_count_where_the_master_key_vouches_for_their_keys() {
    use crate::routes::audit::tests::{checkpoint_of_another, note};
    for (server, _) in servers() {
        let other = checkpoint_of_another(&server);
        let (is_whole, told) = say(&server, &[]);
        assert!(is_whole && told.contains("0 checkpoints agree; 1 checkpoint was signed by a key"), "{told}");
        note(&server, crate::audit_key::sealed(&server.app.sealer, &other));
        let (is_whole, told) = say(&server, &[]);
        let expected = format!("1 checkpoint agrees (1 by the key {} of another server)", other.id);
        assert!(is_whole && told.ends_with(&expected), "{told}");
        // Without the master key nobody vouches for it.
        std::fs::rename(server.folder().join("master.key"), server.folder().join("elsewhere")).unwrap();
        assert!(say(&server, &[]).1.contains("0 checkpoints agree"));
        let file = server.folder().join("other.pub");
        std::fs::write(&file, STANDARD.encode(&other.bytes)).unwrap();
        let told = say(&server, &["--key", &file.display().to_string()]).1;
        assert!(told.ends_with(&format!("1 by the key {} that was given)", other.id)), "{told}");
    }
}

#[test]
fn what_is_no_trail_is_told_with_its_line() {
    let server = TestServer::new();
    let path = server.folder().join("x.jsonl");
    std::fs::write(&path, "{\"export\":\"audit\"}\nnonsense\n").unwrap();
    let path = path.display().to_string();
    let error = format!("{:#}", verify(&server.app.config, &["--file", &path]).unwrap_err());
    assert!(error.contains("x.jsonl:2: this is no record of an audit export"), "{error}");
    assert!(verify(&server.app.config, &["--fiel", &path]).is_err());
    let error = format!("{:#}", verify(&server.app.config, &["--key", &path]).unwrap_err());
    assert!(error.contains("no Ed25519 public key"), "{error}");
}
