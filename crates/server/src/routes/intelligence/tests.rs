//! The intelligence: its state, and how fresh one is taken.

use axum::http::{Request, header};
use serde_json::{Value, json};

use crate::routes::PREFIX;
use crate::sample::intelligence;
use crate::testing::{Answer, As, TestServer};

fn import(server: &TestServer, who: &As, bytes: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("{PREFIX}/intelligence/import"))
        .header(header::CONTENT_TYPE, "application/octet-stream");
    server.send(who, request, bytes)
}

/// A database of one vulnerability, signed.
fn database(key: &intelligence::SigningKey, id: &str) -> Vec<u8> {
    let other = TestServer::new();
    intelligence(&other, &[(id, "left-pad", "1.3.0", "HIGH")]);
    let path = other.folder().join("intelligence.db");
    intelligence::sign(&path, key).unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn the_state_tells_sources_and_age() {
    let server = TestServer::new();
    let who = server.token("intelligence.read");
    let none = server.ask(&who, "GET", "/intelligence", json!(null));
    none.expect(200);
    assert!(none.body.get("current").is_none() && none.body["sources"] == json!([]), "{}", none.body);
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let told = server.ask(&who, "GET", "/intelligence", json!(null)).body;
    assert_eq!((&told["sources"][0]["name"], &told["sources"][0]["records"]), (&json!("osv/npm"), &json!(1)), "{told}");
    assert!(told["current"]["age_seconds"].as_i64().unwrap() > 0 && told["in_use_since"].is_string());
    assert_eq!((&told["is_judged"], &told["has_keys"]), (&json!(true), &json!(false)));
    server.ask(&who, "POST", "/intelligence/refresh", json!(null)).expect(403);
    std::fs::write(server.folder().join("intelligence.db"), "nonsense").unwrap();
    server.catch_up();
    let broken = server.ask(&who, "GET", "/intelligence", json!(null)).body;
    assert_eq!(broken["problem"]["code"], "health.intelligence.unusable", "{broken}");
    assert_eq!(broken["current"], told["current"], "the former stays in use");
}

#[test]
fn only_what_a_trusted_key_signed_is_taken() {
    let (key, other) = (intelligence::SigningKey::generate().unwrap(), intelligence::SigningKey::generate().unwrap());
    let server = TestServer::with(&[("BULKHEAD_INTELLIGENCE_KEYS", &key.trusted_key().to_string())]);
    let who = server.token("intelligence.read,intelligence.write");
    for (bytes, cause) in [
        (database(&other, "GHSA-aaaa-bbbb-cccc"), "intelligence.not_trusted"),
        (b"nonsense".to_vec(), "intelligence.unusable"),
        (Vec::new(), "intelligence.unusable"),
    ] {
        let answer = import(&server, &who, bytes);
        assert_eq!((answer.status, &answer.body["parameters"]["cause"]), (422, &json!(cause)), "{}", answer.body);
    }
    let taken = import(&server, &who, database(&key, "GHSA-aaaa-bbbb-cccc"));
    taken.expect(200);
    assert_eq!((&taken.body["sources"][0]["records"], &taken.body["problem"]), (&json!(1), &Value::Null));
    let left = std::fs::read_dir(server.folder()).unwrap().filter_map(Result::ok);
    assert!(
        !left.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".import")),
        "nothing is left"
    );
    assert!(server.trail().contains(&"intelligence.import done".to_owned()));
    let without = TestServer::new();
    let answer = import(&without, &without.token("intelligence.write"), database(&key, "GHSA-aaaa-bbbb-cccc"));
    assert_eq!((answer.status, answer.code()), (409, "object.state"));
}

#[test]
fn a_refresh_takes_what_its_source_offers() {
    let key = intelligence::SigningKey::generate().unwrap();
    let source = tempfile::tempdir().unwrap();
    let file = source.path().join("intelligence.db");
    std::fs::write(&file, database(&key, "GHSA-aaaa-bbbb-cccc")).unwrap();
    let from = source.path().display().to_string();
    let trusted = key.trusted_key().to_string();
    let server = TestServer::with(&[("BULKHEAD_INTELLIGENCE_KEYS", &trusted), ("BULKHEAD_INTELLIGENCE_FROM", &from)]);
    let who = server.token("intelligence.read,intelligence.write");
    let refresh = || {
        server.ask(&who, "POST", "/intelligence/refresh", json!(null)).expect(202);
        loop {
            let told = server.ask(&who, "GET", "/intelligence", json!(null)).body;
            if told["is_refreshing"] == false {
                return told;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    let told = refresh();
    assert_eq!((&told["sources"][0]["records"], &told["has_source"]), (&json!(1), &json!(true)), "{told}");
    std::fs::remove_file(&file).unwrap();
    let told = refresh();
    assert_eq!(told["problem"]["code"], "intelligence.unreadable", "{told}");
    assert_eq!(told["sources"][0]["records"], 1, "the former stays in use");
}
