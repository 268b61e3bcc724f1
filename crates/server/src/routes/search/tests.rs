//! Search, and the values of filters.

use serde_json::json;

use crate::sample::{SEVERE, index, intelligence};
use crate::testing::{As, TestServer};

fn servers() -> impl Iterator<Item = (TestServer, As)> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled)
}

fn filled(server: TestServer) -> (TestServer, As) {
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let admin = server.user("admin", &["administrator"]);
    server.policy(&admin, SEVERE);
    server.register(&admin, &index(0xabc1, "registry.example/shop/api:1", &[("left-pad", "1.2.0")])).expect(200);
    server.register(&admin, &index(0xabc2, "registry.example/bank/core:1", &[("xz", "5.6.1")])).expect(200);
    (server, admin)
}

fn found(server: &TestServer, who: &As, text: &str) -> Vec<String> {
    let answer = server.ask(who, "GET", &format!("/search?q={text}"), json!(null));
    answer.expect(200);
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| format!("{} {}", item["kind"].as_str().unwrap(), item["title"].as_str().unwrap())).collect()
}

#[test]
fn everything_is_found_by_its_name_or_the_beginning_of_it() {
    for (server, admin) in servers() {
        let api = "image registry.example/shop/api:1".to_owned();
        assert_eq!(found(&server, &admin, "api"), [api.clone(), "repository shop/api".to_owned()]);
        assert_eq!(found(&server, &admin, "shop/api")[0], "repository shop/api", "the very name comes first");
        let digest = crate::sample::digest(0xabc1);
        assert_eq!(found(&server, &admin, &digest), std::slice::from_ref(&api));
        assert_eq!(found(&server, &admin, &digest["sha256:".len()..]), [api]);
        assert_eq!(found(&server, &admin, "ghsa-AAAA"), ["vulnerability GHSA-aaaa-bbbb-cccc"]);
        let wide = "%EF%BC%A7%EF%BC%A8%EF%BC%B3%EF%BC%A1%EF%BC%8Daaaa";
        assert_eq!(found(&server, &admin, wide), ["vulnerability GHSA-aaaa-bbbb-cccc"], "letters of full width");
        assert_eq!(found(&server, &admin, "xz@5.6"), ["package xz"]);
        assert_eq!(found(&server, &admin, "left"), ["package left-pad"]);
        assert_eq!(found(&server, &admin, "sev"), ["policy severe"]);
        assert!(found(&server, &admin, "admin").contains(&"user admin".to_owned()));
        // By the name that is typed at the log-in and by the one that others see.
        for (name, display_name) in [("sec2", "佐藤 花子"), ("dev7", "Bob Miller")] {
            let user = json!({ "name": name, "display_name": display_name, "roles": [] });
            server.ask(&admin, "POST", "/users", user).expect(201);
        }
        for (text, name) in [("sec2", "sec2"), ("%E4%BD%90%E8%97%A4", "sec2"), ("Bob", "dev7"), ("bob%20m", "dev7")] {
            assert_eq!(found(&server, &admin, text), [format!("user {name}")], "{text}");
        }
        assert_eq!(found(&server, &admin, "%25"), [""; 0], "a sign of patterns is a sign");
        server.ask(&admin, "GET", "/search?q=%20", json!(null)).expect(422);
        server.ask(&admin, "GET", &format!("/search?q={}", "a".repeat(201)), json!(null)).expect(422);
    }
}

#[test]
fn nothing_is_found_or_suggested_that_one_may_not_see() {
    for (server, _) in servers() {
        let scoped = server.scoped_token("images.read,findings.read,policies.read,access.read", "bank", "bank/*");
        server.catch_up();
        assert_eq!(found(&server, &scoped, "core").len(), 2);
        for text in ["api", "shop/api", "ghsa-", "left", "sev", "admin"] {
            assert_eq!(found(&server, &scoped, text), [""; 0], "{text}");
        }
        let suggested = |who: &As, query: &str| {
            let answer = server.ask(who, "GET", &format!("/suggestions?{query}"), json!(null));
            answer.expect(200);
            answer.body["items"].clone()
        };
        assert_eq!(suggested(&scoped, "resource=images&key=repository"), json!(["bank/core"]));
        assert_eq!(suggested(&scoped, "resource=packages&key=name"), json!(["xz"]));
        assert_eq!(suggested(&scoped, "resource=vulnerabilities&key=id"), json!([]));
        assert_eq!(suggested(&scoped, "resource=policies&key=name"), json!([]));
        assert_eq!(suggested(&scoped, "resource=users&key=name"), json!([]));
        let nobody = server.token("");
        assert_eq!(found(&server, &nobody, "core"), [""; 0]);
        server.ask(&nobody, "GET", "/suggestions?resource=images&key=repository", json!(null)).expect(403);
    }
}

#[test]
fn values_are_suggested_each_once_and_in_order() {
    for (server, admin) in servers() {
        for number in 3..20 {
            server.register(&admin, &index(number, &format!("registry.example/shop/api:{number}"), &[])).expect(200);
        }
        let suggested = |query: &str| server.ask(&admin, "GET", &format!("/suggestions?{query}"), json!(null));
        let items = |query: &str| suggested(query).body["items"].clone();
        assert_eq!(items("resource=images&key=repository"), json!(["bank/core", "shop/api"]));
        assert_eq!(items("resource=images&key=registry&prefix=reg"), json!(["registry.example"]));
        assert_eq!(items("resource=images&key=tag&prefix=1&limit=3"), json!(["1", "10", "11"]));
        assert_eq!(items("resource=images&key=decision&prefix=d"), json!(["deny"]));
        assert_eq!(items("resource=image_findings&key=kev"), json!(["true", "false"]));
        assert_eq!(items("resource=images&key=critical"), json!([]), "numbers are typed");
        assert_eq!(items("resource=users&key=name&prefix=ad"), json!(["admin"]));
        suggested("resource=nothing&key=name").expect(422);
        suggested("resource=images&key=nothing").expect(422);
        let filters = server.ask(&admin, "GET", "/filters", json!(null));
        let images = &filters.body["items"][0];
        assert_eq!(images["resource"], "images");
        let decision = images["keys"].as_array().unwrap().iter().find(|key| key["name"] == "decision").unwrap();
        assert_eq!(decision["words"][4], "deny");
    }
}
