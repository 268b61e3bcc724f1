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
fn a_token_of_somebody_limited_to_applications_reaches_what_they_do() {
    use crate::sample::{digest, index};
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let everybody = server.token("images.write");
        for (number, name) in [(1, "registry.example/shop/api:1"), (2, "registry.example/bank/core:1")] {
            server.register(&everybody, &index(number, name, &[])).expect(200);
        }
        let scope = json!({ "name": "shop", "variables": [{ "attribute": "image.repository", "value": "shop/*" }] });
        let scope = server.ask(&admin, "POST", "/scopes", scope);
        scope.expect(201);
        let role = json!({ "name": "shop developer", "permissions": ["images.read"], "scopes": [scope.body["id"]] });
        let role = server.ask(&admin, "POST", "/roles", role);
        role.expect(201);
        server.catch_up();
        let bob = server.user("bob", &[role.body["id"].as_str().unwrap()]);
        let me = server.ask(&bob, "GET", "/me", json!(null));
        assert_eq!(me.body["scopes"], json!([{ "id": scope.body["id"], "name": "shop" }]), "{}", me.body);
        assert_eq!(server.ask(&admin, "GET", "/me", json!(null)).body.get("scopes"), None);
        let own = secret(&server.ask(&bob, "POST", "/me/tokens", token(&["images.read"])));
        let seen = server.ask(&own, "GET", "/images", json!(null)).body;
        assert_eq!((&seen["total"], &seen["items"][0]["digest"]), (&json!(1), &json!(digest(1))), "{seen}");
        server.ask(&own, "GET", &format!("/images/{}", digest(2)), json!(null)).expect(404);
        let refused = server.ask(&bob, "POST", "/me/tokens", token(&["images.read", "images.write"]));
        assert_eq!((refused.status, refused.code()), (403, "access.beyond_own_rights"));
    }
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

fn group(server: &TestServer, admin: &As, roles: &[&str]) -> String {
    let made = server.ask(admin, "POST", "/groups", json!({ "name": "builders", "roles": roles }));
    made.expect(201);
    made.body["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_groups_token_has_what_the_group_has_at_every_moment() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let id = group(&server, &admin, &["developer"]);
    let mut request = token(&["images.read", "audit.read"]);
    request["group"] = json!(id);
    let made = server.ask(&admin, "POST", "/tokens", request.clone());
    let machine = secret(&made);
    server.ask(&machine, "GET", "/images", json!(null)).expect(200);
    server.ask(&machine, "GET", "/audit", json!(null)).expect(403);
    let path = format!("/groups/{id}");
    let removed = server.ask_with(&admin, "DELETE", &path, &[("if-match", "\"1\"")], json!(null));
    assert_eq!((removed.status, removed.code()), (409, "object.in_use"));
    let edit = json!({ "name": "builders", "roles": [] });
    server.ask_with(&admin, "PUT", &path, &[("if-match", "\"1\"")], edit).expect(200);
    server.ask(&machine, "GET", "/images", json!(null)).expect(403);
    request["answerable"] = json!("x");
    server.ask(&admin, "POST", "/tokens", request).expect(422);
    let listed = server.ask(&admin, "GET", &format!("/tokens?filter=group:{id}%20permission:audit.read"), json!(null));
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "{}", listed.body);
}

#[test]
fn a_token_that_nobody_answers_for_is_told_of_and_refused_some_days_later() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let admin = server.user("root", &["administrator"]);
        let maker = server.user("maker", &["administrator"]);
        let id_of = |who: &As| server.ask(who, "GET", "/me", json!(null)).body["id"].as_str().unwrap().to_owned();
        let (maker_id, admin_id) = (id_of(&maker), id_of(&admin));
        let made = server.ask(&maker, "POST", "/tokens", token(&["images.read"]));
        assert_eq!(made.body["token"]["answerable"], maker_id.as_str(), "whoever makes it answers for it");
        let machine = secret(&made);
        let look = || server.run(crate::orphans::look(&server.app, crate::clock::now())).unwrap();
        let orphans = || server.ask(&admin, "GET", "/tokens?filter=orphaned:true", json!(null)).body["items"].clone();
        look();
        assert_eq!(orphans(), json!([]));
        let path = format!("/users/{maker_id}");
        let user = server.ask(&admin, "GET", &path, json!(null));
        let edit = json!({ "display_name": "Maker", "roles": ["worker"], "is_disabled": false });
        server.ask_with(&admin, "PUT", &path, &[("if-match", user.header("etag"))], edit).expect(200);
        look();
        look();
        assert_eq!(orphans().as_array().unwrap().len(), 1);
        let events = server.app.store.read_blocking(|connection| store::events::behind(connection, 0, 100)).unwrap();
        assert_eq!(events.iter().filter(|event| event.topic == "token.orphaned").count(), 1, "told once");
        server.ask(&machine, "GET", "/images", json!(null)).expect(200);
        let later = |connection: &mut store::Connection| {
            connection.execute("UPDATE tokens SET orphaned = 1 WHERE orphaned IS NOT NULL", &[])
        };
        server.app.store.write_blocking(store::Lane::Beside, later).unwrap();
        server.ask(&machine, "GET", "/images", json!(null)).expect(401);
        let answer_for = format!("/tokens/{}/answerable", made.body["token"]["id"].as_str().unwrap());
        let refused = server.ask(&admin, "PUT", &answer_for, json!({ "user": maker_id }));
        assert_eq!((refused.status, refused.code()), (403, "access.beyond_own_rights"));
        server.ask(&admin, "PUT", &answer_for, json!({ "user": admin_id })).expect(200);
        server.ask(&machine, "GET", "/images", json!(null)).expect(200);
        assert!(server.trail().contains(&"token.answer_for done".to_owned()));
    }
}

#[test]
fn tokens_last_no_longer_than_the_settings_say() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let values = json!({ "values": { "token_longest_days": 1 } });
    server.ask_with(&admin, "PUT", "/settings", &[("if-match", "\"0\"")], values).expect(200);
    server.ask(&admin, "POST", "/tokens", token(&["images.read"])).expect(422);
    let mut request = token(&["images.read"]);
    request["expires"] = json!(api::Moment(crate::clock::now() + 3600 * crate::clock::SECOND).text());
    server.ask(&admin, "POST", "/tokens", request).expect(201);
}

#[test]
fn what_bounds_a_token_bounds_those_that_are_made_with_it() {
    let server = TestServer::new();
    let admin = server.user("root", &["administrator"]);
    let mut narrow = token(&["access.read", "access.write"]);
    narrow["addresses"] = json!(["192.0.2.0/24"]);
    narrow["expires"] = json!("2099-01-01T00:00:00Z");
    let personal = secret(&server.ask(&admin, "POST", "/me/tokens", narrow));
    let child = server.ask(&personal, "POST", "/tokens", token(&["access.read"]));
    child.expect(201);
    let told = &child.body["token"];
    let parent = server.ask(&admin, "GET", "/me/tokens", json!(null));
    assert_eq!(told["owner"], parent.body["items"][0]["owner"], "it ends with the rights of its owner");
    assert_eq!((&told["addresses"], &told["expires"]), (&json!(["192.0.2.0/24"]), &json!("2099-01-01T00:00:00Z")));
    let mut wide = token(&["access.read"]);
    wide["addresses"] = json!(["0.0.0.0/0"]);
    assert_eq!(server.ask(&personal, "POST", "/tokens", wide).body["parameters"]["field"], "addresses");
    // Nor can a token of a group make one that a person answers for.
    let group = group(&server, &admin, &["administrator"]);
    let mut of_group = token(&["access.read", "access.write"]);
    of_group["group"] = json!(group);
    let of_group = secret(&server.ask(&admin, "POST", "/tokens", of_group));
    let mut other = token(&["access.read"]);
    other["answerable"] = server.ask(&admin, "GET", "/me", json!(null)).body["id"].clone();
    assert_eq!(server.ask(&of_group, "POST", "/tokens", other).body["parameters"]["field"], "answerable");
    let child = server.ask(&of_group, "POST", "/tokens", token(&["access.read"]));
    assert_eq!(child.body["token"]["group"], group);
}
