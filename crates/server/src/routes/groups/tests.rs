use serde_json::json;

use crate::testing::{As, TestServer};

fn own_id(server: &TestServer, who: &As) -> String {
    server.ask(who, "GET", "/me", json!(null)).body["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_role_of_a_group_is_its_members_at_once() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let bob = server.user("bob", &[]);
        server.ask(&bob, "GET", "/users", json!(null)).expect(403);
        let body = json!({ "name": "Audit", "members": [own_id(&server, &bob)], "roles": ["auditor"] });
        let group = server.ask(&admin, "POST", "/groups", body.clone());
        group.expect(201);
        server.ask(&bob, "GET", "/users", json!(null)).expect(200);
        assert_eq!(server.ask(&admin, "POST", "/groups", body).code(), "object.exists");
        let path = format!("/groups/{}", group.body["id"].as_str().unwrap());
        let without = json!({ "name": "Audit", "members": [own_id(&server, &bob)], "roles": [] });
        server.ask_with(&admin, "PUT", &path, &[("if-match", group.header("etag"))], without).expect(200);
        server.ask(&bob, "GET", "/users", json!(null)).expect(403);
        server.ask_with(&admin, "DELETE", &path, &[("if-match", "\"2\"")], json!(null)).expect(204);
        assert_eq!(server.ask(&admin, "GET", &path, json!(null)).code(), "request.not_found");
    }
}

#[test]
fn the_last_administrator_may_be_one_by_a_group() {
    let server = TestServer::new();
    let machine = server.token("access.read,access.write,images.read");
    let root = server.user("root", &["administrator"]);
    let chief = server.user("chief", &[]);
    let body = json!({ "name": "Chiefs", "members": [own_id(&server, &chief)], "roles": ["administrator"] });
    assert_eq!(server.ask(&machine, "POST", "/groups", body.clone()).code(), "access.beyond_own_rights");
    let group = server.ask(&root, "POST", "/groups", body);
    group.expect(201);
    let edit = json!({ "display_name": "Root", "roles": [], "is_disabled": false });
    let path = format!("/users/{}", own_id(&server, &root));
    server.ask_with(&root, "PUT", &path, &[("if-match", "\"1\"")], edit).expect(200);
    let path = format!("/groups/{}", group.body["id"].as_str().unwrap());
    let gone = server.ask_with(&chief, "DELETE", &path, &[("if-match", "\"1\"")], json!(null));
    assert_eq!(gone.code(), "access.last_administrator");
    // Joining a group is getting its roles.
    let join = json!({ "name": "Chiefs", "members": [own_id(&server, &chief), own_id(&server, &root)], "roles": ["administrator"] });
    let joined = server.ask_with(&machine, "PUT", &path, &[("if-match", "\"1\"")], join);
    assert_eq!(joined.code(), "access.beyond_own_rights");
}
