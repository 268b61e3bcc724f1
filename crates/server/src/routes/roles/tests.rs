use serde_json::{Value, json};

use crate::testing::TestServer;

fn role(permissions: &[&str]) -> Value {
    json!({ "name": "viewer", "permissions": permissions })
}

#[test]
fn presets_can_be_read_and_not_changed() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let shown = server.ask(&admin, "GET", "/roles/auditor", json!(null));
    shown.expect(200);
    assert_eq!(shown.body["is_preset"], true);
    let tag = [("if-match", shown.header("etag"))];
    let refused = server.ask_with(&admin, "PUT", "/roles/auditor", &tag, role(&["images.read"]));
    assert_eq!((refused.status, refused.code()), (409, "object.state"));
    assert_eq!(server.ask_with(&admin, "DELETE", "/roles/auditor", &tag, json!(null)).code(), "object.state");
    let areas = server.ask(&admin, "GET", "/permissions", json!(null));
    assert_eq!(areas.body["items"][0]["permissions"], json!(["images.read", "images.write", "images.approve"]));
}

#[test]
fn a_change_of_a_role_reaches_its_holders_at_once() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let made = server.ask(&admin, "POST", "/roles", role(&["access.read"]));
        made.expect(201);
        let id = made.body["id"].as_str().unwrap();
        let bob = server.user("bob", &[id]);
        server.ask(&bob, "GET", "/users", json!(null)).expect(200);
        let path = format!("/roles/{id}");
        let tag = [("if-match", made.header("etag"))];
        assert_eq!(server.ask_with(&admin, "DELETE", &path, &tag, json!(null)).code(), "object.in_use");
        server.ask_with(&admin, "PUT", &path, &tag, role(&["images.read"])).expect(200);
        server.ask(&bob, "GET", "/users", json!(null)).expect(403);
        let wrong = server.ask(&admin, "POST", "/roles", role(&["image.read"]));
        assert!(wrong.body["detail"].as_str().unwrap().contains("`images.read`"), "{}", wrong.body);
        assert_eq!(server.ask(&admin, "POST", "/roles", role(&[])).code(), "request.invalid");
    }
}

#[test]
fn nobody_makes_a_role_of_what_they_do_not_hold() {
    let server = TestServer::new();
    let machine = server.token("access.read,access.write,images.read");
    server.ask(&machine, "POST", "/roles", role(&["images.read"])).expect(201);
    let refused = server.ask(&machine, "POST", "/roles", role(&["images.read", "policies.write"]));
    assert_eq!((refused.status, refused.code()), (403, "access.beyond_own_rights"));
    assert_eq!(refused.body["parameters"]["permission"], "policies.write");
}
