//! The intelligence: its state, and how fresh one is taken.

use std::time::Duration;

use api::ProblemCode;
use axum::body::Body;
use axum::http::{Request, header};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::routes::PREFIX;
use crate::sample::{intelligence, signed_intelligence};
use crate::testing::{Answer, As, TestServer};

fn import(server: &TestServer, who: &As, bytes: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("{PREFIX}/intelligence/import"))
        .header(header::CONTENT_TYPE, "application/octet-stream");
    server.send(who, request, bytes)
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
    assert_eq!(broken["file_problem"]["code"], "health.intelligence.unusable", "{broken}");
    // Its age has grown meanwhile.
    let of = |told: &Value| (told["current"]["sequence"].clone(), told["current"]["built"].clone());
    assert_eq!(of(&broken), of(&told), "the former stays in use");
    assert!(broken.get("update_problem").is_none(), "no update was tried: {broken}");
}

#[test]
fn only_what_a_trusted_key_signed_is_taken() {
    let (key, other) = (intelligence::SigningKey::generate().unwrap(), intelligence::SigningKey::generate().unwrap());
    let server = TestServer::with(&[("BULKHEAD_INTELLIGENCE_KEYS", &key.trusted_key().to_string())]);
    let who = server.token("intelligence.read,intelligence.write");
    for (bytes, cause) in [
        (signed_intelligence(&other, "GHSA-aaaa-bbbb-cccc"), "intelligence.not_trusted"),
        (b"nonsense".to_vec(), "intelligence.unusable"),
        (Vec::new(), "intelligence.unusable"),
    ] {
        let answer = import(&server, &who, bytes);
        assert_eq!((answer.status, &answer.body["parameters"]["cause"]), (422, &json!(cause)), "{}", answer.body);
    }
    let taken = import(&server, &who, signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc"));
    taken.expect(200);
    assert_eq!((&taken.body["sources"][0]["records"], &taken.body["update_problem"]), (&json!(1), &Value::Null));
    let left = std::fs::read_dir(server.folder()).unwrap().filter_map(Result::ok);
    assert!(
        !left.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".import")),
        "nothing is left"
    );
    assert!(server.trail().contains(&"intelligence.import done".to_owned()));
    let without = TestServer::new();
    let answer =
        import(&without, &without.token("intelligence.write"), signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc"));
    assert_eq!((answer.status, answer.code()), (409, "object.state"));
}

#[test]
fn a_refresh_takes_what_its_source_offers() {
    let key = intelligence::SigningKey::generate().unwrap();
    let source = tempfile::tempdir().unwrap();
    let file = source.path().join("intelligence.db");
    std::fs::write(&file, signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc")).unwrap();
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
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let told = refresh();
    assert_eq!((&told["sources"][0]["records"], &told["has_source"]), (&json!(1), &json!(true)), "{told}");
    std::fs::remove_file(&file).unwrap();
    let told = refresh();
    assert_eq!(told["update_problem"]["code"], "intelligence.unreadable", "{told}");
    assert_eq!(told["sources"][0]["records"], 1, "the former stays in use");
}

#[test]
fn what_is_wrong_with_the_file_and_with_an_update_are_told_apart() {
    let key = intelligence::SigningKey::generate().unwrap();
    let server = TestServer::with(&[("BULKHEAD_INTELLIGENCE_KEYS", &key.trusted_key().to_string())]);
    let who = server.token("intelligence.read,intelligence.write,images.read");
    import(&server, &who, signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc")).expect(200);
    std::fs::write(server.folder().join("intelligence.db"), "nonsense").unwrap();
    server.catch_up();
    import(&server, &who, b"nonsense too".to_vec()).expect(422);
    let told = server.ask(&who, "GET", "/intelligence", json!(null)).body;
    assert_eq!(told["file_problem"]["code"], "health.intelligence.unusable", "{told}");
    assert_eq!(told["update_problem"]["code"], "intelligence.unusable", "{told}");
    let health = server.ask(&who, "GET", "/health", json!(null)).body;
    let part = health["parts"].as_array().unwrap().iter().find(|part| part["part"] == "intelligence").unwrap();
    assert_eq!(part["cause"]["code"], "health.intelligence.unusable", "what is in place comes first: {part}");
    import(&server, &who, signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc")).expect(200);
    let told = server.ask(&who, "GET", "/intelligence", json!(null)).body;
    assert!(told.get("file_problem").is_none() && told.get("update_problem").is_none(), "{told}");
}

fn uploads(server: &TestServer) -> Vec<String> {
    let names = std::fs::read_dir(server.folder()).unwrap().filter_map(Result::ok);
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".import-")).collect()
}

/// A part of a file, and then nothing for ever.
fn stalling() -> Body {
    let part = stream::once(async { Ok::<_, std::io::Error>("a part of it") });
    Body::from_stream(part.chain(stream::pending()))
}

#[test]
fn nothing_stays_of_an_upload_that_ends_early() {
    let key = intelligence::SigningKey::generate().unwrap();
    let server = TestServer::with(&[("BULKHEAD_INTELLIGENCE_KEYS", &key.trusted_key().to_string())]);
    let who = server.token("intelligence.read,intelligence.write");
    let request = Request::builder().method("POST").uri(format!("{PREFIX}/intelligence/import"));
    let request = request.body(stalling()).unwrap();
    assert!(server.raw(&who, request, Duration::from_millis(300)).is_none(), "whoever asked has hung up");
    assert_eq!(uploads(&server), Vec::<String>::new());
    let told = server.ask(&who, "GET", "/intelligence", json!(null)).body;
    assert_eq!(told["is_refreshing"], false, "{told}");
    import(&server, &who, signed_intelligence(&key, "GHSA-aaaa-bbbb-cccc")).expect(200);
}

#[test]
fn an_upload_that_stalls_is_given_up() {
    let server = TestServer::new();
    let path = server.folder().join("upload");
    let refused = server.run(super::receive(stalling(), &path, Duration::from_millis(50))).unwrap_err();
    assert_eq!(refused.code, ProblemCode::Slow);
}

#[test]
fn what_a_killed_server_has_left_of_an_upload_is_removed_at_the_next_start() {
    let server = TestServer::new();
    std::fs::write(server.folder().join(".import-0190"), "a part of it").unwrap();
    let before = std::fs::read_dir(server.folder()).unwrap().count();
    crate::assurance::intelligence_update::forget_leftovers(server.folder());
    assert_eq!(uploads(&server), Vec::<String>::new());
    assert_eq!(std::fs::read_dir(server.folder()).unwrap().count(), before - 1, "and nothing else");
}
