use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use store::Lane;
use store::events::Event;

use crate::testing::{Answer, As, TestServer};
use crate::{clock, notify};

/// A web server for some requests, which answers each with a status and gives back what was said.
fn serve(statuses: &'static [&'static str]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let said = thread::spawn(move || {
        let mut all = Vec::new();
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut text, mut buffer) = (String::new(), [0; 4096]);
            loop {
                let read = stream.read(&mut buffer).unwrap();
                text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if read == 0 || body.len() >= length.unwrap_or(0) {
                    break;
                }
            }
            all.push(text);
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        }
        all
    });
    (url, said)
}

fn make(server: &TestServer, who: &As, target: Value, secret: Option<&str>) -> Answer {
    let mut body = json!({ "name": "ops", "target": target, "topics": ["image.*"] });
    if let Some(secret) = secret {
        body["secret"] = json!(secret);
    }
    server.ask(who, "POST", "/integrations", body)
}

fn happen(server: &TestServer, topic: &'static str, id: i64, cause: &'static str) {
    let event = Event {
        id: 0,
        at: clock::now(),
        topic: topic.into(),
        object: "image".into(),
        object_id: id.to_string(),
        parameters: serde_json::Map::new(),
    };
    server
        .app
        .store
        .write_blocking(Lane::Audited, move |connection| store::outbox::enqueue(connection, &event, cause))
        .unwrap();
}

/// Delivers what is due, once; `later` is added to the clock.
fn deliver(server: &TestServer, later: i64) -> bool {
    server.run(async {
        let Some(batch) = notify::next(&server.app, clock::now() + later).await.unwrap() else { return false };
        notify::tell(&server.app, batch).await;
        true
    })
}

#[test]
fn events_arrive_signed_and_in_order() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let (url, said) = serve(&["200 OK", "204 No Content"]);
        let made = make(&server, &admin, json!({ "kind": "webhook", "url": url }), Some("hunter2-key"));
        made.expect(201);
        assert!(!made.body.to_string().contains("hunter2"), "{}", made.body);
        happen(&server, "image.verdict", 1, "");
        happen(&server, "policy.change", 2, "");
        happen(&server, "image.verdict", 3, "");
        assert!(deliver(&server, 0) && deliver(&server, 0) && !deliver(&server, 0));
        let said = said.join().unwrap();
        for (request, id) in said.iter().zip(["1", "3"]) {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let signature = head.lines().find_map(|line| line.strip_prefix("x-bulkhead-signature: ")).unwrap();
            let seconds = signature[2..].split(',').next().unwrap();
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"hunter2-key");
            let tag = aws_lc_rs::hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
            let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(signature, format!("t={seconds},v1={hex}"));
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["events"][0]["object_id"], id);
        }
        let shown = server.ask(&admin, "GET", "/integrations", json!(null));
        assert!(shown.body["items"][0]["delivered"].is_string() && !shown.body.to_string().contains("hunter2"));
        let trail = server.ask(&admin, "GET", "/audit", json!(null)).body.to_string();
        assert!(trail.contains("integration.create") && !trail.contains("hunter2"), "{trail}");
    }
}

#[test]
fn what_fails_is_tried_again_and_what_is_refused_is_shown() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let (url, said) = serve(&["503 Busy", "302 Found", "200 OK"]);
    let made = make(&server, &admin, json!({ "kind": "webhook", "url": url }), None);
    made.expect(201);
    let path = format!("/integrations/{}", made.body["id"].as_str().unwrap());
    happen(&server, "image.verdict", 1, "");
    assert!(deliver(&server, 0));
    assert!(!deliver(&server, 0), "it pauses");
    let shown = server.ask(&admin, "GET", &path, json!(null));
    assert_eq!((&shown.body["failure"], &shown.body["waiting"]), (&json!("HTTP 503"), &json!(1)));
    assert_eq!(shown.body["failure_ja"], "HTTPステータス503が返されました");
    assert!(deliver(&server, 10 * clock::SECOND));
    let dead = server.ask(&admin, "GET", &format!("{path}/dead-letters"), json!(null));
    assert_eq!(dead.body["items"][0]["failure"], "HTTP 302: redirects are not followed");
    assert_eq!(dead.body["items"][0]["failure_ja"], "HTTPステータス302: リダイレクト先には送信しません");
    assert_eq!(dead.body["items"][0]["attempts"], 2);
    assert_eq!(server.ask(&admin, "POST", &format!("{path}/retry"), json!(null)).body, json!({ "retried": 1 }));
    assert!(deliver(&server, clock::SECOND));
    said.join().unwrap();
    assert_eq!(server.ask(&admin, "GET", &path, json!(null)).body["waiting"], 0);
}

#[test]
fn a_thousand_events_of_one_cause_are_one_message_in_slack() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let (url, said) = serve(&["200 OK", "200 OK"]);
    let body = json!({ "name": "chat", "target": { "kind": "slack" }, "topics": ["*"], "language": "ja",
        "secret": url, "digest_seconds": 60 });
    let made = server.ask(&admin, "POST", "/integrations", body);
    made.expect(201);
    assert!(!made.body.to_string().contains("127.0.0.1"), "the address is the secret");
    for number in 0..300 {
        happen(&server, "image.verdict", number, "intelligence/12");
    }
    assert!(!deliver(&server, 0), "they are gathered");
    assert!(deliver(&server, 120 * clock::SECOND) && !deliver(&server, 120 * clock::SECOND));
    let path = format!("/integrations/{}/test", made.body["id"].as_str().unwrap());
    let tested = server.ask(&admin, "POST", &path, json!(null));
    assert_eq!(tested.body, json!({ "is_delivered": true, "failure": null }));
    let said = said.join().unwrap();
    assert!(said[0].contains("300") && said[0].contains("{\"text\":"), "{}", said[0]);
}

#[test]
fn the_test_button_tells_what_went_wrong() {
    let server = TestServer::with(&[("BULKHEAD_PRIVATE_ADDRESSES", "false")]);
    let admin = server.user("root", &["administrator"]);
    for (name, url, why, japanese) in [
        ("a", "http://169.254.169.254/latest/meta-data", "special address", "特殊なアドレスのため、送信できません"),
        ("b", "http://localhost:1/", "private_addresses", "プライベートアドレスです"),
    ] {
        let body = json!({ "name": name, "target": { "kind": "webhook", "url": url }, "topics": ["*"] });
        let made = server.ask(&admin, "POST", "/integrations", body);
        made.expect(201);
        let path = format!("/integrations/{}/test", made.body["id"].as_str().unwrap());
        let tested = server.ask(&admin, "POST", &path, json!(null));
        assert!(tested.body["failure"].as_str().unwrap().contains(why), "{}", tested.body);
        assert!(tested.body["failure_ja"].as_str().unwrap().contains(japanese), "{}", tested.body);
    }
    assert_eq!(server.trail().last().unwrap(), "integration.test failed");
}

#[test]
fn why_a_message_did_not_arrive_is_told_in_japanese_too() {
    let failures = [
        "the connection failed: Connection refused (os error 111)",
        "the connection failed: failed to lookup address information: Name or service not known",
        "TLS failed: invalid peer certificate: UnknownIssuer",
        "the template cannot be used: the template makes more than 7 bytes",
        "the mail server answered 550 to RCPT: no such user",
        "the mail server answered 421 to the connection: busy",
        "the mail server offers no STARTTLS",
        "the host was not found",
        "it took too long",
        "too many messages wait for this target",
    ];
    let untold: Vec<&str> = failures.into_iter().filter(|failure| super::in_japanese(failure).is_none()).collect();
    assert_eq!(untold, [""; 0], "write these into content/messages/fields.ja.json");
    assert_eq!(super::in_japanese(failures[0]).unwrap(), "接続できませんでした: 接続が拒否されました");
}

#[test]
fn wrong_settings_are_told_with_their_field() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let mail = |field: &str, value: Value| {
        let mut target = json!({ "kind": "email", "host": "mail.example", "port": 587, "security": "starttls",
            "user": "u", "from": "a@example.com", "to": ["b@example.com"] });
        target[field] = value;
        target
    };
    for (target, field) in [
        (json!({ "kind": "webhook", "url": "ftp://h/" }), "target.url"),
        (json!({ "kind": "webhook", "url": "https://user:pw@h/" }), "target.url"),
        (json!({ "kind": "webhook", "url": "https://h/", "template": "{{ x" }), "target.template"),
        (json!({ "kind": "slack" }), "secret"),
        (mail("security", json!("none")), "target.security"),
        (mail("to", json!([])), "target.to"),
        (mail("from", json!("a@b\r\nRCPT TO:<x@y>")), "email"),
        (mail("host", json!("h h")), "target.host"),
    ] {
        let answer = make(&server, &admin, target, None);
        assert_eq!(answer.body["parameters"]["field"], field, "{}", answer.body);
    }
    make(&server, &admin, mail("port", json!(465)), Some("pw")).expect(201);
}

#[test]
fn credentials_do_not_follow_a_target_that_moves() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let made = make(&server, &admin, json!({ "kind": "webhook", "url": "https://a.example/" }), Some("key"));
    made.expect(201);
    let path = format!("/integrations/{}", made.body["id"].as_str().unwrap());
    let edit = |url: &str, secret: Option<&str>| {
        let mut body = json!({ "name": "ops", "target": { "kind": "webhook", "url": url }, "topics": ["*"] });
        if let Some(secret) = secret {
            body["secret"] = json!(secret);
        }
        server.ask_with(&admin, "PUT", &path, &[("if-match", "\"1\"")], body)
    };
    assert_eq!(edit("https://evil.example/", None).body["parameters"]["field"], "secret");
    edit("https://b.example/", Some("other")).expect(200);
    let gone = server.ask_with(&admin, "DELETE", &path, &[("if-match", "\"2\"")], json!(null));
    gone.expect(204);
}

#[test]
fn a_topic_that_nothing_is_told_of_is_refused_with_those_that_there_are() {
    let server = TestServer::new();
    let who = server.token("integrations.read,integrations.write");
    let make = |name: &str, topic: &str| {
        let target = json!({ "kind": "webhook", "url": "https://sink.example.com/hook" });
        server.ask(&who, "POST", "/integrations", json!({ "name": name, "target": target, "topics": [topic] }))
    };
    for wrong in ["verdct.changed", "nonsense.*", "", "verdict.changed.more"] {
        let answer = make("ops", wrong);
        assert_eq!(answer.code(), "request.invalid", "{wrong}");
        assert!(answer.body.to_string().contains("verdict.changed, tag.moved"), "{}", answer.body);
    }
    for right in ["verdict.changed", "exception.*", "*"] {
        make(right, right).expect(201);
    }
}
