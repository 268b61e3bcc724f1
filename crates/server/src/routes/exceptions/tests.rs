//! Exceptions from their request to their end.

use serde_json::{Value, json};

use crate::sample::{SEVERE, index, intelligence};
use crate::testing::{As, TestServer};

fn request(name: &str) -> Value {
    json!({ "name": name, "ids": ["GHSA-aaaa-bbbb-cccc"], "owner": "shop", "reason": "not reachable", "expires": "2099-12-31" })
}

struct House {
    server: TestServer,
    developer: As,
    author: As,
    approver: As,
}

fn house() -> House {
    house_on(TestServer::new())
}

fn houses() -> impl Iterator<Item = House> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(house_on)
}

fn house_on(server: TestServer) -> House {
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let developer = server.user("dev", &["developer"]);
    let author = server.user("author", &["security-engineer"]);
    let approver = server.user("approver", &["security-engineer"]);
    server.policy(&author, SEVERE);
    server.register(&developer, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
    House { server, developer, author, approver }
}

fn decide(house: &House, who: &As, id: &str, verb: &str, version: u32) -> crate::testing::Answer {
    let tag = format!("\"{version}\"");
    house.server.ask_with(
        who,
        "POST",
        &format!("/exceptions/{id}/{verb}"),
        &[("if-match", &tag)],
        json!({ "comment": "seen" }),
    )
}

#[test]
fn an_exception_holds_once_another_person_has_approved_it() {
    let house = house();
    let server = &house.server;
    let asked = server.ask(&house.developer, "POST", "/exceptions", request("left-pad"));
    asked.expect(201);
    let id = asked.body["id"].as_str().unwrap();
    server.catch_up();
    assert_eq!(server.decision(&house.developer, 1), "deny", "a request excepts nothing");
    decide(&house, &house.developer, id, "approve", 1).expect(403);
    let told = |who: &As| {
        let one = server.ask(who, "GET", &format!("/exceptions/{id}"), json!(null)).body;
        let list = server.ask(who, "GET", "/exceptions", json!(null)).body;
        assert_eq!(list["items"][0], one, "the list tells the same");
        (one["may_decide"].clone(), one["blocked"].clone())
    };
    assert_eq!(told(&house.developer), (json!(["withdraw"]), json!(null)), "it is their own");
    assert_eq!(told(&house.author), (json!(["refuse", "withdraw"]), json!("access.separation_of_duties")));
    assert_eq!(told(&house.approver), (json!(["approve", "refuse", "withdraw"]), json!(null)));
    let own = decide(&house, &house.author, id, "approve", 1);
    assert_eq!((own.status, own.code()), (403, "access.separation_of_duties"), "its author wrote the policy");
    let approved = decide(&house, &house.approver, id, "approve", 1);
    approved.expect(200);
    assert_eq!((&approved.body["state"], &approved.body["decided_by"]), (&json!("approved"), &json!("approver")));
    decide(&house, &house.approver, id, "approve", 2).expect(409);
    server.catch_up();
    assert_eq!(server.decision(&house.developer, 1), "excepted");
    decide(&house, &house.approver, id, "withdraw", 2).expect(200);
    server.catch_up();
    assert_eq!(server.decision(&house.developer, 1), "deny");
    let trail = server.trail();
    for action in ["exception.request done", "exception.approve done", "exception.withdraw done"] {
        assert!(trail.contains(&action.to_owned()), "{trail:?}");
    }
}

#[test]
fn nobody_approves_what_they_asked_for() {
    let house = house();
    let asked = house.server.ask(&house.approver, "POST", "/exceptions", request("left-pad"));
    let id = asked.body["id"].as_str().unwrap();
    assert_eq!(decide(&house, &house.approver, id, "approve", 1).code(), "access.separation_of_duties");
    decide(&house, &house.author, id, "refuse", 1).expect(200);
    let listed = house.server.ask(&house.author, "GET", "/exceptions?filter=state:refused", json!(null));
    assert_eq!(listed.body["items"][0]["name"], "left-pad");
    let listed = house.server.ask(&house.author, "GET", "/exceptions?filter=state:approved", json!(null));
    assert_eq!(listed.body["items"], json!([]));
}

#[test]
fn an_exception_ends_by_itself() {
    let house = house();
    let server = &house.server;
    let asked = server.ask(&house.developer, "POST", "/exceptions", request("left-pad"));
    let id = asked.body["id"].as_str().unwrap().to_owned();
    decide(&house, &house.approver, &id, "approve", 1).expect(200);
    server.catch_up();
    assert_eq!(server.decision(&house.developer, 1), "excepted");
    // Its time comes: as if it had been asked for until a moment ago.
    let now = crate::clock::now();
    let document = json!({ "schema": "bulkhead.exceptions/1", "exceptions": [
        { "name": "left-pad", "ids": ["GHSA-aaaa-bbbb-cccc"], "owner": "shop", "reason": "r", "expires": api::Moment(now - now % 1_000_000).text() }] });
    let text = document.to_string();
    let ended = server.app.store.write_blocking(store::Lane::Beside, move |connection| {
        connection
            .execute("UPDATE exceptions SET document = $1, ends = $2 WHERE id = $3", &store::values![&text, now, &id])
    });
    assert_eq!(ended.unwrap(), 1);
    server.catch_up();
    assert_eq!(server.decision(&house.developer, 1), "deny");
    let listed = server.ask(&house.developer, "GET", "/exceptions?filter=state:expired", json!(null));
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    let events = server.app.store.read_blocking(|connection| store::events::behind(connection, 0, 100)).unwrap();
    assert!(events.iter().any(|event| event.topic == "exception.expired"));
}

/// A mistyped limit would make an exception of everything.
#[test]
fn a_request_with_a_key_that_does_not_exist_is_refused() {
    let house = house();
    for key in ["scop", "packge", "id", "terms"] {
        for path in ["/exceptions", "/exceptions/preview"] {
            let mut wrong = request("left-pad");
            wrong[key] = json!({});
            let answer = house.server.ask(&house.developer, "POST", path, wrong);
            assert!(answer.status == 400 && answer.body.to_string().contains(key), "{path} {key}: {}", answer.body);
        }
    }
}

#[test]
fn a_request_that_covers_everything_or_is_over_is_refused() {
    let house = house();
    let mut wide = request("wide");
    wide.as_object_mut().unwrap().remove("ids");
    let answer = house.server.ask(&house.developer, "POST", "/exceptions", wide);
    assert_eq!((answer.status, answer.code()), (422, "request.invalid"), "{}", answer.body);
    let mut over = request("over");
    over["expires"] = json!("2020-01-01");
    house.server.ask(&house.developer, "POST", "/exceptions", over).expect(422);
    let answer = house.server.ask(&house.developer, "POST", "/exceptions", request("two\nlines"));
    assert_eq!((answer.status, answer.code()), (422, "request.invalid"), "{}", answer.body);
    let mut unknown = request("unknown");
    unknown["policy"] = json!("nothing");
    house.server.ask(&house.developer, "POST", "/exceptions", unknown).expect(404);
}

fn settings(house: &House, values: Value) {
    let admin = house.server.user("root", &["administrator"]);
    house
        .server
        .ask_with(&admin, "PUT", "/settings", &[("if-match", "\"0\"")], json!({ "values": values }))
        .expect(200);
}

#[test]
fn separation_of_duties_is_a_setting() {
    let house = house();
    let asked = house.server.ask(&house.author, "POST", "/exceptions", request("left-pad"));
    let id = asked.body["id"].as_str().unwrap();
    assert_eq!(decide(&house, &house.author, id, "approve", 1).code(), "access.separation_of_duties");
    settings(&house, json!({ "separation_of_duties": false }));
    decide(&house, &house.author, id, "approve", 1).expect(200);
    decide(&house, &house.developer, id, "withdraw", 2).expect(403);
}

#[test]
fn an_exception_lasts_no_longer_than_the_settings_say() {
    let house = house();
    settings(&house, json!({ "exception_longest_days": 30 }));
    house.server.ask(&house.developer, "POST", "/exceptions", request("long")).expect(422);
    let day = 24 * 3600 * crate::clock::SECOND;
    let mut short = request("short");
    short["expires"] = json!(&api::Moment(crate::clock::now() + 29 * day).text()[..10]);
    house.server.ask(&house.developer, "POST", "/exceptions", short).expect(201);
}

#[test]
fn whoever_is_limited_to_applications_asks_within_these_and_sees_theirs_alone() {
    for house in houses() {
        let server = &house.server;
        server.register(&house.developer, &index(2, "bank/core:1", &[("left-pad", "1.0.0")])).expect(200);
        let permissions = "exceptions.read,exceptions.write,exceptions.approve,images.read";
        let bank = server.scoped_token(permissions, "bank", "bank/*");
        let shop = server.scoped_token(permissions, "shop", "shop/*");
        server.catch_up();
        let of_all = server.ask(&house.developer, "POST", "/exceptions", request("all")).body;
        let asked = server.ask(&bank, "POST", "/exceptions", request("left-pad"));
        asked.expect(201);
        assert_eq!(asked.body["scopes"], json!(["bank"]));
        let names = |who: &As, query: &str| {
            let list = server.ask(who, "GET", &format!("/exceptions{query}"), json!(null));
            list.expect(200);
            list.body["items"].as_array().unwrap().iter().map(|own| own["name"].to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&bank, ""), ["\"left-pad\""]);
        assert_eq!(names(&shop, ""), [""; 0]);
        assert_eq!(names(&house.approver, "?sort=-requested"), ["\"left-pad\"", "\"all\""]);
        assert_eq!(names(&house.approver, "?filter=scope:bank"), ["\"left-pad\""]);
        let id = asked.body["id"].as_str().unwrap();
        server.ask(&shop, "GET", &format!("/exceptions/{id}"), json!(null)).expect(404);
        decide(&house, &shop, id, "approve", 1).expect(404);
        let path = format!("/exceptions/{}", of_all["id"].as_str().unwrap());
        server.ask(&bank, "GET", &path, json!(null)).expect(404);
        assert_eq!(decide(&house, &bank, id, "approve", 1).code(), "access.separation_of_duties");
        decide(&house, &house.approver, id, "approve", 1).expect(200);
        server.catch_up();
        let listed = |number: u32| {
            let path = format!("/images/{}", crate::sample::digest(number));
            server.ask(&house.approver, "GET", &path, json!(null)).body["decision"].clone()
        };
        assert_eq!((listed(2), listed(1)), (json!("excepted"), json!("deny")), "it holds in its application alone");
        server.redefine_scope("bank", "nothing/*");
        server.catch_up();
        assert_eq!(listed(2), "deny", "and follows the application");
        assert_eq!(names(&shop, ""), [""; 0]);
    }
}

#[test]
fn a_preview_tells_what_an_exception_would_cover() {
    for house in houses() {
        let server = &house.server;
        server.register(&house.developer, &index(2, "bank/core:1", &[("left-pad", "1.0.0")])).expect(200);
        server.register(&house.developer, &index(3, "bank/web:1", &[("other", "1.0.0")])).expect(200);
        let preview = |who: &As, body: Value| {
            let answer = server.ask(who, "POST", "/exceptions/preview", body);
            answer.expect(200);
            answer.body
        };
        let all = preview(&house.developer, request("x"));
        assert_eq!((&all["images"], &all["matches"], &all["changed"]), (&json!(2), &json!(2), &json!(2)), "{all}");
        assert_eq!((&all["items"][0]["from"], &all["items"][0]["to"]), (&json!("deny"), &json!("excepted")));
        let mut narrow = request("x");
        narrow["scope"] = json!({ "expression": "v1",
        "variables": [{ "attribute": "image.repository", "value": "bank/*" }] });
        let answer = server.ask(&house.developer, "POST", "/exceptions/preview", narrow);
        assert_eq!((answer.status, &answer.body["matches"]), (200, &json!(1)), "{}", answer.body);
        let mut by_package = request("x");
        by_package.as_object_mut().unwrap().remove("ids");
        by_package["package"] = json!({ "name": "left-pad" });
        let found = preview(&house.developer, by_package);
        assert_eq!((&found["images"], &found["matches"]), (&json!(3), &json!(2)));
        let scoped = server.scoped_token("exceptions.write,images.read", "bank", "bank/*");
        server.catch_up();
        assert_eq!(preview(&scoped, request("x"))["matches"], 1);
        assert_eq!(server.decision(&house.developer, 1), "deny", "nothing was saved");
        let trail = server.trail();
        assert!(!trail.iter().any(|line| line.starts_with("exception.")), "{trail:?}");
        // Whoever decides on what was asked for sees what it covers where it was asked for.
        let asked = server.ask(&scoped, "POST", "/exceptions", request("of the bank"));
        let path = format!("/exceptions/{}/preview", asked.body["id"].as_str().unwrap());
        let approver = own_token(server, &house.approver, &["exceptions.read", "exceptions.approve", "images.read"]);
        let seen = server.ask(&approver, "GET", &path, json!(null));
        assert_eq!((seen.status, &seen.body["matches"], &seen.body["changed"]), (200, &json!(1), &json!(1)));
        let blind = own_token(server, &house.approver, &["exceptions.read", "exceptions.approve"]);
        assert_eq!(server.ask(&blind, "GET", &path, json!(null)).status, 403, "of images nothing is told");
    }
}

/// A token that acts for somebody.
fn own_token(server: &TestServer, who: &As, permissions: &[&str]) -> As {
    let made = server.ask(who, "POST", "/me/tokens", json!({ "name": "script", "permissions": permissions }));
    made.expect(201);
    As::Token(made.body["secret"].as_str().unwrap().to_owned())
}

/// Whether somebody may approve what was asked for.
fn may_approve(house: &House, who: &As, id: &str) -> bool {
    let answer = decide(house, who, id, "approve", 1);
    let is_refused = (answer.status, answer.code()) == (403, "access.separation_of_duties");
    assert!(is_refused || answer.status == 200, "{}", answer.body);
    !is_refused
}

#[test]
fn what_was_asked_for_by_a_token_is_its_persons_request() {
    for house in houses() {
        let server = &house.server;
        let token = own_token(server, &house.approver, &["exceptions.write", "exceptions.approve", "findings.read"]);
        let asked = server.ask(&token, "POST", "/exceptions", request("left-pad"));
        asked.expect(201);
        assert_eq!(asked.body["requested_by"], "approver");
        let id = asked.body["id"].as_str().unwrap();
        assert!(!may_approve(&house, &house.approver, id), "in a session");
        assert!(!may_approve(&house, &token, id), "by the token");
        assert!(!may_approve(&house, &own_token(server, &house.approver, &["exceptions.approve"]), id), "by another");
        // In bulk too.
        let bulk = json!({ "filter": "", "expected": 1, "name": "all", "owner": "shop", "reason": "not reachable",
            "expires": "2999-12-31" });
        server.ask(&token, "POST", "/vulnerabilities/bulk", bulk).expect(202);
        server.do_jobs();
        let listed = server.ask(&house.approver, "GET", "/exceptions?filter=name:all", json!(null));
        let of_bulk = &listed.body["items"][0];
        assert_eq!(of_bulk["requested_by"], "approver", "{}", listed.body);
        assert!(!may_approve(&house, &house.approver, of_bulk["id"].as_str().unwrap()));
        // What a token asked for before persons were told is its owner's as well.
        let update = "UPDATE exceptions SET requester = (SELECT id FROM tokens WHERE name = 'script' LIMIT 1)";
        let changed =
            server.app.store.write_blocking(store::Lane::Beside, |connection| connection.execute(update, &[]));
        assert_eq!(changed.unwrap(), 2);
        assert!(!may_approve(&house, &house.approver, id));
        assert!(may_approve(&house, &server.user("other", &["security-engineer"]), id));
    }
}

#[test]
fn a_policy_that_a_token_wrote_is_its_persons() {
    for house in houses() {
        let server = &house.server;
        // As `bulkhead admin apply` does with a token of one's own.
        let token = own_token(server, &house.approver, &["policies.read", "policies.write"]);
        let mild = SEVERE.replace("severe", "mild");
        let policy = server.policy(&token, &mild);
        assert_eq!(policy.body["author"], "approver");
        let mut of_policy = request("left-pad");
        of_policy["policy"] = policy.body["id"].clone();
        let asked = server.ask(&house.developer, "POST", "/exceptions", of_policy);
        let id = asked.body["id"].as_str().unwrap();
        assert!(!may_approve(&house, &house.approver, id));
        assert!(may_approve(&house, &house.author, id), "who wrote another policy");
        let path = format!("/policies/{}", policy.body["id"].as_str().unwrap());
        let by_author = own_token(server, &house.author, &["policies.read", "policies.write"]);
        let edit = json!({ "document": mild.replace("high", "critical") });
        let changed = server.ask_with(&by_author, "PUT", &path, &[("if-match", "\"1\"")], edit);
        assert_eq!(changed.body["author"], "author");
        let mut another = request("another");
        another["policy"] = policy.body["id"].clone();
        let asked = server.ask(&house.developer, "POST", "/exceptions", another);
        assert!(!may_approve(&house, &house.author, asked.body["id"].as_str().unwrap()));
    }
}

#[test]
fn behind_a_machines_token_is_whoever_may_have_used_it() {
    for house in houses() {
        let server = &house.server;
        let admin = server.user("root", &["administrator"]);
        let id = |who: &As| server.ask(who, "GET", "/me", json!(null)).body["id"].clone();
        let group = json!({ "name": "builders", "members": [id(&house.approver)], "roles": ["developer"] });
        let group = server.ask(&admin, "POST", "/groups", group).body["id"].clone();
        let make = |extra: (&str, Value)| {
            let mut body = json!({ "name": "ci", "permissions": ["exceptions.write"] });
            body[extra.0] = extra.1;
            let made = server.ask(&admin, "POST", "/tokens", body);
            made.expect(201);
            As::Token(made.body["secret"].as_str().unwrap().to_owned())
        };
        let other = server.user("other", &["security-engineer"]);
        for (name, token) in
            [("by group", make(("group", group))), ("answered for", make(("answerable", id(&house.approver))))]
        {
            let asked = server.ask(&token, "POST", "/exceptions", request(name));
            asked.expect(201);
            assert_eq!(asked.body["requested_by"], "ci");
            let id = asked.body["id"].as_str().unwrap();
            assert!(!may_approve(&house, &house.approver, id), "{name}: one of those who may have used it");
            assert!(!may_approve(&house, &admin, id), "{name}: who made it saw its secret");
            assert!(may_approve(&house, &other, id), "{name}");
        }
    }
}

#[test]
fn ones_own_is_withdrawn_by_the_same_person_however_they_asked() {
    let house = house();
    let server = &house.server;
    let token = own_token(server, &house.developer, &["exceptions.write"]);
    let by_token = server.ask(&token, "POST", "/exceptions", request("by token"));
    let by_session = server.ask(&house.developer, "POST", "/exceptions", request("by session"));
    let stranger = server.user("stranger", &["developer"]);
    for asked in [&by_token, &by_session] {
        decide(&house, &stranger, asked.body["id"].as_str().unwrap(), "withdraw", 1).expect(403);
    }
    decide(&house, &house.developer, by_token.body["id"].as_str().unwrap(), "withdraw", 1).expect(200);
    decide(&house, &token, by_session.body["id"].as_str().unwrap(), "withdraw", 1).expect(200);
}

#[test]
fn the_name_of_an_exception_that_is_over_can_be_used_again() {
    let house = house();
    let server = &house.server;
    let ask = || server.ask(&house.developer, "POST", "/exceptions", request("left-pad"));
    for number in 0..3 {
        let asked = ask();
        asked.expect(201);
        assert_eq!(ask().code(), "object.exists", "it is asked for");
        decide(&house, &house.developer, asked.body["id"].as_str().unwrap(), "withdraw", 1).expect(200);
        let list = server.ask(&house.developer, "GET", "/exceptions?sort=name", json!(null));
        let names: Vec<_> = list.body["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
        let expected = ["left-pad", "left-pad (1)", "left-pad (2)"];
        assert_eq!(names, expected[..=number], "{}", list.body);
    }
}
