use serde_json::json;

use crate::testing::{As, PASSWORD, TestServer};

fn log_in(server: &TestServer, name: &str, password: &str) -> crate::testing::Answer {
    server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": name, "password": password }))
}

#[test]
fn the_first_user_comes_by_the_link_and_by_it_once() {
    first_user(&TestServer::new());
    TestServer::on_postgres().iter().for_each(first_user);
}

fn first_user(server: &TestServer) {
    let set_up = |secret: &str, name: &str| {
        server.ask(&As::Nobody, "POST", "/setup", json!({ "secret": secret, "name": name, "password": PASSWORD }))
    };
    assert_eq!(server.ask(&As::Nobody, "GET", "/setup", json!(null)).body, json!({ "is_needed": true }));
    assert_eq!(set_up("guess", "Alice").code(), "access.setup_link");
    assert_eq!(set_up(&server.setup, "no spaces").body["parameters"]["field"], "name");
    let answer = set_up(&server.setup, "Alice");
    answer.expect(201);
    assert_eq!(answer.body["name"], "alice");
    assert_eq!(answer.body["roles"], json!(["administrator"]));
    let alice = answer.session();
    server.ask(&alice, "GET", "/me", json!(null)).expect(200);
    assert_eq!(set_up(&server.setup, "mallory").code(), "access.setup_link");
    assert_eq!(server.ask(&As::Nobody, "GET", "/setup", json!(null)).body, json!({ "is_needed": false }));
    assert_eq!(server.trail(), ["user.create done", "session.login done"]);
}

#[test]
fn the_link_of_a_server_works_at_each_until_one_was_used() {
    let set_up = |server: &TestServer, secret: &str| {
        let user = json!({ "secret": secret, "name": "alice", "password": PASSWORD });
        server.ask(&As::Nobody, "POST", "/setup", user)
    };
    let again = |server: &TestServer| {
        let offered = server.run(crate::setup::offer(&server.app, crate::clock::now()));
        offered.unwrap()
    };
    // A server that is started again leaves the link that it printed before as it is.
    let server = TestServer::new();
    let other = again(&server);
    set_up(&server, &server.setup).expect(201);
    assert_eq!(set_up(&server, &other).code(), "access.setup_link");
    let Some(uri) = test_support::postgres_database() else { return };
    let servers = [(); 2].map(|()| TestServer::with(&[("BULKHEAD_DATABASE_URL", &uri)]));
    set_up(&servers[1], &servers[0].setup).expect(201);
    for secret in [&servers[0].setup, &servers[1].setup] {
        assert_eq!(set_up(&servers[0], secret).code(), "access.setup_link");
    }
}

#[test]
fn a_log_in_tells_nothing_of_who_exists() {
    let server = TestServer::new();
    server.user("bob", &[]);
    let (wrong_name, wrong_password) = (log_in(&server, "nobody", PASSWORD), log_in(&server, "bob", "wrong"));
    wrong_name.expect(401);
    for field in ["code", "detail", "parameters"] {
        assert_eq!(wrong_name.body[field], wrong_password.body[field], "{field}");
    }
    assert_eq!(server.trail(), ["session.login done", "session.login failed", "session.login failed"]);
}

#[test]
fn wrong_passwords_lock_out_for_a_while_the_right_one_too() {
    let server = TestServer::new();
    server.user("bob", &[]);
    for _ in 0..5 {
        log_in(&server, "bob", "wrong").expect(401);
    }
    assert_eq!(log_in(&server, "bob", PASSWORD).code(), "access.login_refused");
}

#[test]
fn wrong_passwords_at_once_all_count() {
    let server = TestServer::new();
    server.user("bob", &[]);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| log_in(&server, "bob", "wrong").expect(401));
        }
    });
    assert_eq!(log_in(&server, "bob", PASSWORD).code(), "access.login_refused");
}

#[test]
fn logging_out_ends_the_session_at_once() {
    let server = TestServer::new();
    let bob = server.user("bob", &["developer"]);
    server.ask(&bob, "GET", "/me", json!(null)).expect(200);
    let out = server.ask(&bob, "DELETE", "/sessions/current", json!(null));
    out.expect(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    server.ask(&bob, "GET", "/me", json!(null)).expect(401);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let server = TestServer::new();
    let bob = server.user("bob", &[]);
    let other = log_in(&server, "bob", PASSWORD).session();
    let change =
        |current: &str, new: &str| server.ask(&bob, "POST", "/me/password", json!({ "current": current, "new": new }));
    assert_eq!(change("wrong", "another good password").body["parameters"]["field"], "current");
    assert_eq!(change(PASSWORD, "short").body["parameters"]["field"], "new");
    change(PASSWORD, "another good password").expect(204);
    server.ask(&bob, "GET", "/me", json!(null)).expect(200);
    server.ask(&other, "GET", "/me", json!(null)).expect(401);
    log_in(&server, "bob", PASSWORD).expect(401);
    log_in(&server, "bob", "another good password").expect(201);
}

#[test]
fn another_site_cannot_use_the_cookie() {
    let server = TestServer::new();
    let bob = server.user("bob", &[]);
    let answer = server.ask_with(&bob, "DELETE", "/me/sessions", &[("sec-fetch-site", "cross-site")], json!(null));
    assert_eq!((answer.status, answer.code()), (403, "access.cross_site"));
    server.ask_with(&bob, "DELETE", "/me/sessions", &[("sec-fetch-site", "same-origin")], json!(null)).expect(204);
}

#[test]
fn malformed_bodies_are_told() {
    let server = TestServer::new();
    let unknown = server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "a", "pasword": "b" }));
    assert_eq!((unknown.status, unknown.code()), (400, "request.malformed"));
    assert!(unknown.body["detail"].as_str().unwrap().contains("pasword"), "{}", unknown.body);
    let none = server.ask(&As::Nobody, "POST", "/sessions", json!(null));
    assert_eq!((none.status, none.code()), (415, "request.media_type"));
    let huge = server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "x".repeat(2 << 20), "password": "" }));
    assert_eq!((huge.status, huge.code()), (413, "request.too_large"));
}
