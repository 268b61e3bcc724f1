use serde_json::{Value, json};

use crate::testing::{Answer, As, PASSWORD, TestServer};

fn make(server: &TestServer, who: &As, name: &str, roles: &[&str]) -> Answer {
    server.ask(who, "POST", "/users", json!({ "name": name, "roles": roles }))
}

fn id(answer: &Answer) -> String {
    answer.expect(201);
    answer.body["user"]["id"].as_str().unwrap().to_owned()
}

fn edit(server: &TestServer, who: &As, id: &str, change: impl Fn(&mut Value)) -> Answer {
    let path = format!("/users/{id}");
    let read = server.ask(who, "GET", &path, json!(null));
    read.expect(200);
    let mut body = json!({});
    for field in ["display_name", "email", "roles", "is_disabled"] {
        body[field] = read.body[field].clone();
    }
    change(&mut body);
    server.ask_with(who, "PUT", &path, &[("if-match", read.header("etag"))], body)
}

fn own_id(server: &TestServer, who: &As) -> String {
    server.ask(who, "GET", "/me", json!(null)).body["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_new_user_changes_the_password_before_anything_else() {
    first_password(&TestServer::new());
    TestServer::on_postgres().iter().for_each(first_password);
}

fn first_password(server: &TestServer) {
    let admin = server.user("root", &["administrator"]);
    let made = make(server, &admin, "Eve", &["auditor"]);
    id(&made);
    let password = made.body["password"].as_str().unwrap();
    let answer = server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "eve", "password": password }));
    answer.expect(201);
    let eve = answer.session();
    assert_eq!(server.ask(&eve, "GET", "/users", json!(null)).code(), "access.password_change_needed");
    let body = json!({ "name": "t", "permissions": ["images.read"] });
    assert_eq!(server.ask(&eve, "POST", "/me/tokens", body).code(), "access.password_change_needed");
    let change = json!({ "current": password, "new": PASSWORD });
    server.ask(&eve, "POST", "/me/password", change).expect(204);
    server.ask(&eve, "GET", "/users", json!(null)).expect(200);
    let trail = server.ask(&admin, "GET", "/audit?filter=action:user.create", json!(null));
    assert!(!trail.body.to_string().contains(password) && !trail.body.to_string().contains("argon2"), "{}", trail.body);
    assert_eq!(trail.body["items"][0]["after"]["roles"], json!(["auditor"]));
}

#[test]
fn users_are_listed_page_by_page() {
    let server = TestServer::new();
    let admin = server.user("m", &["administrator"]);
    for name in ["a", "z", "k"] {
        id(&make(&server, &admin, name, &[]));
    }
    let first = server.ask(&admin, "GET", "/users?limit=3", json!(null));
    let names = |answer: &Answer| -> Vec<String> {
        answer.body["items"].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first), ["a", "k", "m"]);
    let next = first.body["next"].as_str().unwrap();
    let second = server.ask(&admin, "GET", &format!("/users?limit=3&cursor={next}"), json!(null));
    assert_eq!((names(&second), &second.body["next"]), (vec!["z".to_owned()], &json!(null)));
    for (query, expected) in [
        ("filter=a", &["a"][..]),
        ("filter=role:administrator", &["m"]),
        ("filter=must_change:true&sort=-name", &["z", "k", "a"]),
        ("filter=last_login:*&sort=created", &["m", "a", "z", "k"]),
    ] {
        assert_eq!(names(&server.ask(&admin, "GET", &format!("/users?{query}"), json!(null))), expected, "{query}");
    }
    assert_eq!(server.ask(&admin, "GET", "/users?filter=nothing:a", json!(null)).code(), "request.filter");
    assert_eq!(server.ask(&admin, "GET", "/users?sort=email", json!(null)).code(), "request.invalid");
    let other = server.ask(&admin, "GET", &format!("/users?sort=-name&cursor={next}"), json!(null));
    assert_eq!(other.code(), "request.cursor", "a cursor of another order");
}

#[test]
fn a_change_needs_the_version_that_was_read() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let eve = id(&make(&server, &admin, "eve", &[]));
    let path = format!("/users/{eve}");
    let body = json!({ "display_name": "Eve", "roles": ["auditor"], "is_disabled": false });
    assert_eq!(server.ask(&admin, "PUT", &path, body.clone()).code(), "request.precondition_needed");
    let changed = edit(&server, &admin, &eve, |body| body["email"] = json!("eve@example.com"));
    changed.expect(200);
    assert_eq!(changed.body["email"], "eve@example.com");
    let stale = server.ask_with(&admin, "PUT", &path, &[("if-match", "\"1\"")], body);
    assert_eq!((stale.status, stale.code()), (412, "object.changed"));
    let wrong = edit(&server, &admin, &eve, |body| body["email"] = json!("eve@example.com\r\nBcc: x@y"));
    assert_eq!(wrong.code(), "request.invalid");
    let trail = server.ask(&admin, "GET", "/audit?filter=action:user.update", json!(null));
    let record = &trail.body["items"][0];
    assert_eq!((&record["before"]["email"], &record["after"]["email"]), (&json!(null), &json!("eve@example.com")));
}

#[test]
fn the_last_administrator_stays() {
    last_administrator(&TestServer::new());
    TestServer::on_postgres().iter().for_each(last_administrator);
}

fn last_administrator(server: &TestServer) {
    let admin = server.user("root", &["administrator"]);
    let own = own_id(server, &admin);
    let refused = |answer: Answer| assert_eq!((answer.status, answer.code()), (409, "access.last_administrator"));
    refused(edit(server, &admin, &own, |body| body["roles"] = json!(["auditor"])));
    refused(edit(server, &admin, &own, |body| body["is_disabled"] = json!(true)));
    let path = format!("/users/{own}");
    refused(server.ask_with(&admin, "DELETE", &path, &[("if-match", "\"1\"")], json!(null)));
    server.user("second", &["administrator"]);
    edit(server, &admin, &own, |body| body["roles"] = json!(["auditor"])).expect(200);
}

#[test]
fn nobody_gives_or_touches_more_than_they_hold() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let role = json!({ "name": "helpdesk", "permissions": ["access.read", "access.write", "images.read"] });
    let role = server.ask(&admin, "POST", "/roles", role);
    role.expect(201);
    let helper = server.user("helper", &[role.body["id"].as_str().unwrap()]);
    let refused = make(&server, &helper, "eve", &["administrator"]);
    assert_eq!((refused.status, refused.code()), (403, "access.beyond_own_rights"));
    let eve = id(&make(&server, &helper, "eve", &[]));
    let root = own_id(&server, &admin);
    let reset = |id: &str| server.ask(&helper, "POST", &format!("/users/{id}/reset-password"), json!({}));
    assert_eq!(reset(&root).code(), "access.beyond_own_rights", "a password of more rights is more rights");
    reset(&eve).expect(200);
    assert_eq!(edit(&server, &helper, &root, |b| b["is_disabled"] = json!(true)).code(), "access.beyond_own_rights");
}

#[test]
fn disabling_ends_sessions_and_tokens_at_once() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let bob = server.user("bob", &["auditor"]);
    let token = server.ask(&bob, "POST", "/me/tokens", json!({ "name": "t", "permissions": ["images.read"] }));
    token.expect(201);
    let token = As::Token(token.body["secret"].as_str().unwrap().to_owned());
    server.ask(&token, "GET", "/me", json!(null)).expect(200);
    edit(&server, &admin, &own_id(&server, &bob), |body| body["is_disabled"] = json!(true)).expect(200);
    server.ask(&bob, "GET", "/me", json!(null)).expect(401);
    server.ask(&token, "GET", "/me", json!(null)).expect(401);
}

#[test]
fn what_is_dangerous_needs_the_password_again_after_a_while() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let age = |connection: &mut store::Connection| {
        connection.execute("UPDATE sessions SET confirmed = confirmed - 16 * 60000000", &[]).map(|_| ())
    };
    server.app.store.write_blocking(store::Lane::Beside, age).unwrap();
    let refused = make(&server, &admin, "eve", &[]);
    assert_eq!((refused.status, refused.code()), (403, "access.confirmation_needed"));
    server.ask(&admin, "GET", "/users", json!(null)).expect(200);
    assert_eq!(server.ask(&admin, "POST", "/me/confirm", json!({ "password": "wrong" })).status, 422);
    server.ask(&admin, "POST", "/me/confirm", json!({ "password": PASSWORD })).expect(204);
    make(&server, &admin, "eve", &[]).expect(201);
    let token = server.token("access.read,access.write");
    make(&server, &token, "bob", &[]).expect(201);
}

#[test]
fn a_lost_password_is_replaced_and_sessions_end() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let bob = server.user("bob", &["auditor"]);
    let path = format!("/users/{}", own_id(&server, &bob));
    assert_eq!(server.ask(&admin, "DELETE", &format!("{path}/sessions"), json!(null)).body, json!({ "ended": 1 }));
    server.ask(&bob, "GET", "/me", json!(null)).expect(401);
    let reset = server.ask(&admin, "POST", &format!("{path}/reset-password"), json!({}));
    reset.expect(200);
    let log_in =
        |password: &str| server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": password }));
    log_in(PASSWORD).expect(401);
    log_in(reset.body["password"].as_str().unwrap()).expect(201);
}
