use serde_json::{Value, json};

use crate::testing::TestServer;

fn scope(expression: &str) -> Value {
    json!({ "name": "shop", "expression": expression, "variables": [
        { "attribute": "image.repository", "value": "shop/*" },
        { "attribute": "image.label", "key": "team", "value": "shop" } ] })
}

#[test]
fn a_scope_in_use_stays() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let made = server.ask(&admin, "POST", "/scopes", scope(""));
        made.expect(201);
        assert_eq!(made.body["expression"], "v1 && v2");
        let id = made.body["id"].as_str().unwrap();
        let path = format!("/scopes/{id}");
        let tag = [("if-match", made.header("etag"))];
        let token = json!({ "name": "ci", "permissions": ["images.write"], "scopes": [id] });
        let token = server.ask(&admin, "POST", "/tokens", token);
        token.expect(201);
        let used = server.ask_with(&admin, "DELETE", &path, &tag, json!(null));
        assert_eq!((used.code(), &used.body["parameters"]["by"]), ("object.in_use", &json!("the token ci")));
        let token = format!("/tokens/{}", token.body["token"]["id"].as_str().unwrap());
        server.ask(&admin, "DELETE", &token, json!(null)).expect(204);
        let role = json!({ "name": "r", "permissions": ["images.read"], "scopes": [id] });
        server.ask(&admin, "POST", "/roles", role).expect(201);
        let used = server.ask_with(&admin, "DELETE", &path, &tag, json!(null));
        assert_eq!(used.body["parameters"]["by"], "the role r");
        server.ask_with(&admin, "PUT", &path, &tag, scope("v1 || v2")).expect(200);
        // A wider scope gives its roles more: whoever holds less cannot widen it.
        let helper = server.token("access.read,access.write");
        let wider = server.ask_with(&helper, "PUT", &path, &[("if-match", "\"2\"")], scope("v1 || !v1"));
        assert_eq!(wider.code(), "access.beyond_own_rights");
    }
}

#[test]
fn a_scope_of_tokens_and_exceptions_is_widened_by_whoever_may_give_as_much() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let helper = server.token("access.read,access.write");
        let widen = |name: &str, is_allowed: bool, limit: &dyn Fn(&str)| {
            let mut narrow = scope("v1 && v2");
            narrow["name"] = json!(name);
            let made = server.ask(&admin, "POST", "/scopes", narrow);
            made.expect(201);
            let id = made.body["id"].as_str().unwrap();
            limit(id);
            let mut wide = scope("v1 || !v1");
            wide["name"] = json!(name);
            let tag = [("if-match", made.header("etag"))];
            let answer = server.ask_with(&helper, "PUT", &format!("/scopes/{id}"), &tag, wide);
            assert_eq!(answer.status == 200, is_allowed, "{name}: {} {}", answer.status, answer.body);
        };
        widen("free", true, &|_| ());
        widen("of a token", false, &|id| {
            let token = json!({ "name": "ci", "permissions": ["images.write"], "scopes": [id] });
            server.ask(&admin, "POST", "/tokens", token).expect(201);
        });
        widen("of an exception", false, &|id| {
            let token = json!({ "name": "dev", "permissions": ["exceptions.write"], "scopes": [id] });
            let token = server.ask(&admin, "POST", "/tokens", token);
            token.expect(201);
            let dev = crate::testing::As::Token(token.body["secret"].as_str().unwrap().to_owned());
            let terms = json!({ "name": "e", "ids": ["CVE-2024-0001"], "owner": "dev", "reason": "r",
                "expires": "2099-01-01" });
            server.ask(&dev, "POST", "/exceptions", terms).expect(201);
            let token = format!("/tokens/{}", token.body["token"]["id"].as_str().unwrap());
            server.ask(&admin, "DELETE", &token, json!(null)).expect(204);
        });
    }
}

#[test]
fn whoever_is_limited_to_a_scope_learns_in_what() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let made = server.ask(&admin, "POST", "/scopes", scope("v1 && v2"));
    made.expect(201);
    let token = json!({ "name": "dev", "permissions": ["images.read", "jobs.read"], "scopes": [made.body["id"]] });
    let token = server.ask(&admin, "POST", "/tokens", token);
    token.expect(201);
    let dev = crate::testing::As::Token(token.body["secret"].as_str().unwrap().to_owned());
    let limited = server.ask(&dev, "GET", "/me", json!(null));
    assert_eq!(limited.body["limited"], json!(["images.read", "jobs.read"]));
    assert_eq!(limited.body["scopes"], json!([{ "id": made.body["id"], "name": "shop" }]));
    server.ask(&dev, "GET", "/jobs", json!(null)).expect(403);
    assert_eq!(server.ask(&admin, "GET", "/me", json!(null)).body.get("limited"), None);
}

#[test]
fn a_wrong_scope_is_told_with_its_place() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let wrong = server.ask(&admin, "POST", "/scopes", scope("v1 && v3"));
    assert_eq!((wrong.code(), &wrong.body["parameters"]["position"]), ("request.invalid", &json!(7)));
    let mut body = scope("");
    body["variables"][0]["attribute"] = json!("image.repositry");
    let wrong = server.ask(&admin, "POST", "/scopes", body);
    assert!(wrong.body["detail"].as_str().unwrap().contains("image.repository"), "{}", wrong.body);
    let mut body = scope("");
    body["variables"][1]["key"] = json!(null);
    assert_eq!(server.ask(&admin, "POST", "/scopes", body).body["parameters"]["field"], "variables[1]");
    assert_eq!(server.ask(&admin, "POST", "/scopes", json!({ "name": "x", "variables": [] })).status, 422);
}
