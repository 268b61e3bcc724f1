use serde_json::{Value, json};

use crate::testing::{As, TestServer};

fn token(permissions: &[&str]) -> Value {
    json!({ "name": "ci", "permissions": permissions })
}

fn secret(answer: &crate::testing::Answer) -> As {
    answer.expect(201);
    As::Token(answer.body["secret"].as_str().unwrap().to_owned())
}

#[test]
fn a_token_is_shown_once_and_revoked_at_once() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let made = server.ask(&admin, "POST", "/tokens", token(&["access.read"]));
        let machine = secret(&made);
        assert!(made.body["secret"].as_str().unwrap().starts_with("bh_"));
        let listed = server.ask(&machine, "GET", "/tokens", json!(null));
        listed.expect(200);
        assert!(!listed.body.to_string().contains(made.body["secret"].as_str().unwrap()));
        let path = format!("/tokens/{}", made.body["token"]["id"].as_str().unwrap());
        server.ask(&admin, "DELETE", &path, json!(null)).expect(204);
        server.ask(&machine, "GET", "/tokens", json!(null)).expect(401);
        assert_eq!(server.ask(&admin, "DELETE", &path, json!(null)).code(), "request.not_found");
        let trail = server.ask(&admin, "GET", "/audit?filter=object:token", json!(null)).body.to_string();
        assert!(!trail.contains(made.body["secret"].as_str().unwrap()), "{trail}");
    }
}

#[test]
fn a_token_never_has_more_than_whoever_made_it() {
    let server = TestServer::new();
    let bob = server.user("bob", &["developer"]);
    let refused = server.ask(&bob, "POST", "/me/tokens", token(&["policies.write"]));
    assert_eq!((refused.status, refused.code()), (403, "access.beyond_own_rights"));
    let own = secret(&server.ask(&bob, "POST", "/me/tokens", token(&["images.read"])));
    server.ask(&own, "GET", "/me", json!(null)).expect(200);
    assert_eq!(server.ask(&own, "POST", "/me/tokens", token(&["images.read"])).code(), "object.state");
    let machine = server.token("access.write,images.read");
    let refused = server.ask(&machine, "POST", "/tokens", token(&["images.write"]));
    assert_eq!(refused.code(), "access.beyond_own_rights");
    let list = server.ask(&bob, "GET", "/me/tokens", json!(null));
    let path = format!("/me/tokens/{}", list.body["items"][0]["id"].as_str().unwrap());
    let eve = server.user("eve", &["developer"]);
    server.ask(&eve, "DELETE", &path, json!(null)).expect(404);
    server.ask(&bob, "DELETE", &path, json!(null)).expect(204);
    server.ask(&own, "GET", "/me", json!(null)).expect(401);
}

#[test]
fn a_token_works_from_its_addresses_until_its_end() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let make = |extra: Value| {
        let mut body = token(&["access.read"]);
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        server.ask(&admin, "POST", "/tokens", body)
    };
    // Tests come from 192.0.2.7.
    let near = secret(&make(json!({ "addresses": ["192.0.2.0/24"] })));
    server.ask(&near, "GET", "/users", json!(null)).expect(200);
    let far = secret(&make(json!({ "addresses": ["10.0.0.0/8", "2001:db8::/32"] })));
    server.ask(&far, "GET", "/users", json!(null)).expect(401);
    assert_eq!(make(json!({ "addresses": ["10.0.0.0/40"] })).body["parameters"]["field"], "addresses");
    assert_eq!(make(json!({ "expires": "2020-01-01T00:00:00Z" })).body["parameters"]["field"], "expires");
    secret(&make(json!({ "expires": "2100-01-01T00:00:00Z" })));
    assert_eq!(make(json!({ "scopes": ["nowhere"] })).code(), "request.not_found");
}

#[test]
fn tokens_are_listed_page_by_page() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    for _ in 0..5 {
        secret(&server.ask(&admin, "POST", "/tokens", token(&["access.read"])));
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.ask(&admin, "GET", &format!("/tokens?limit=2{cursor}"), json!(null));
        page.expect(200);
        seen.extend(page.body["items"].as_array().unwrap().iter().map(|t| t["id"].to_string()));
        let Some(next) = page.body["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (5, 5));
    assert_eq!(server.ask(&admin, "GET", "/tokens?cursor=x", json!(null)).code(), "request.cursor");
}
