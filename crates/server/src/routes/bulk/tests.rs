//! Bulk actions, each against both stores.

use serde_json::{Value, json};

use crate::sample::{digest, index, intelligence};
use crate::testing::{Answer, As, TestServer};

const RIGHTS: &str = "images.read,images.write,images.approve,findings.read,verdicts.read,jobs.read,jobs.write,\
    exceptions.read,exceptions.write,registries.read,registries.write";

/// Servers with images `shop/api-1` to `shop/api-5` and `bank/api-6`.
fn servers() -> Vec<(TestServer, As)> {
    let filled = |server: TestServer| {
        let known = [("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH"), ("GHSA-bbbb-bbbb-cccc", "xz", "9", "LOW")];
        intelligence(&server, &known);
        server.catch_up();
        let who = server.token(RIGHTS);
        for number in 1..=6 {
            let name = format!("registry.example/{}/api-{number}:1", if number == 6 { "bank" } else { "shop" });
            server.register(&who, &index(number, &name, &[("left-pad", "1.0.0"), ("xz", "1.0.0")])).expect(200);
        }
        (server, who)
    };
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled).collect()
}

/// Asks for it, lets it be done, and tells how far it came.
fn done(server: &TestServer, who: &As, path: &str, body: Value) -> Value {
    let answer = server.ask(who, "POST", path, body);
    answer.expect(202);
    let id = answer.body["id"].as_str().unwrap();
    server.do_jobs();
    let job = server.ask(who, "GET", &format!("/me/jobs/{id}"), json!(null));
    assert_eq!(job.body["state"], "done", "{}", job.body);
    job.body["progress"].clone()
}

fn names(server: &TestServer, who: &As) -> Vec<String> {
    let Answer { body, .. } = server.ask(who, "GET", "/images", json!(null));
    body["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn count(server: &TestServer, line: &str) -> usize {
    server.trail().iter().filter(|own| own.as_str() == line).count()
}

#[test]
fn what_a_filter_takes_is_removed_and_told_one_by_one_and_as_a_whole() {
    for (server, who) in servers() {
        let request = json!({ "action": "delete", "filter": "repository:shop/*", "expected": 5 });
        let progress = done(&server, &who, "/images/bulk", request);
        assert_eq!(progress, json!({ "total": 5, "done": 5, "changed": 5, "unchanged": 0, "not_permitted": 0 }));
        assert_eq!(names(&server, &who), ["registry.example/bank/api-6:1"]);
        assert_eq!(count(&server, "image.remove done"), 5);
        assert_eq!((count(&server, "image.bulk done"), count(&server, "image.bulk_end done")), (1, 1));
    }
}

#[test]
fn it_is_refused_where_the_number_has_moved() {
    for (server, who) in servers() {
        let request = json!({ "action": "delete", "filter": "repository:shop/*", "expected": 6 });
        let answer = server.ask(&who, "POST", "/images/bulk", request);
        assert_eq!((answer.status, answer.code()), (409, "bulk.moved"), "{}", answer.body);
        assert_eq!(
            (&answer.body["parameters"]["found"], &answer.body["parameters"]["expected"]),
            (&json!(5), &json!(6))
        );
        // What moves between the request and the work is seen as well.
        let request = json!({ "action": "delete", "filter": "", "expected": 6 });
        let job = server.ask(&who, "POST", "/images/bulk", request);
        job.expect(202);
        server.register(&who, &index(7, "registry.example/shop/api-7:1", &[])).expect(200);
        server.do_jobs();
        let job = server.ask(&who, "GET", &format!("/me/jobs/{}", job.body["id"].as_str().unwrap()), json!(null));
        assert_eq!((&job.body["state"], &job.body["failure"]["code"]), (&json!("dead"), &json!("bulk.moved")));
        assert_eq!(names(&server, &who).len(), 7);
    }
}

#[test]
fn what_may_only_be_seen_is_counted_and_left_alone() {
    for (server, who) in servers() {
        drop(server.scoped_token("images.read", "shop", "shop/*"));
        let administrator = server.user("root", &["administrator"]);
        let role =
            json!({ "name": "shop writer", "permissions": ["images.write", "images.approve"], "scopes": ["shop"] });
        let role = server.ask(&administrator, "POST", "/roles", role);
        role.expect(201);
        server.catch_up();
        let dev = server.user("dev", &["auditor", role.body["id"].as_str().unwrap()]);
        let request = json!({ "action": "delete", "filter": "", "expected": 6 });
        let progress = done(&server, &dev, "/images/bulk", request);
        assert_eq!(progress, json!({ "total": 6, "done": 6, "changed": 5, "unchanged": 0, "not_permitted": 1 }));
        assert_eq!(names(&server, &who), ["registry.example/bank/api-6:1"]);
        for rights in ["images.read", "images.read,images.write"] {
            let who = server.token(rights);
            for action in ["approve", "delete"] {
                let request = json!({ "action": action, "filter": "", "expected": 1 });
                server.ask(&who, "POST", "/images/bulk", request).expect(403);
            }
        }
    }
}

#[test]
fn rights_that_were_taken_away_before_the_work_are_not_used() {
    for (server, who) in servers() {
        let request = json!({ "action": "delete", "filter": "", "expected": 6 });
        server.ask(&who, "POST", "/images/bulk", request).expect(202);
        let revoke =
            |connection: &mut store::Connection| connection.execute("UPDATE tokens SET revoked = 1", &[]).map(|_| ());
        server.app.store.write_blocking(store::Lane::Beside, revoke).unwrap();
        server.do_jobs();
        let other = server.token(RIGHTS);
        assert_eq!(names(&server, &other).len(), 6);
        let dead = server.ask(&other, "GET", "/jobs?filter=state:dead", json!(null));
        assert_eq!(dead.body["items"][0]["failure"]["code"], "access.unauthenticated", "{}", dead.body);
    }
}

#[test]
fn digests_are_approved_once_and_taken_back() {
    for (server, who) in servers() {
        let request = |action: &str| json!({ "action": action, "filter": "repository:shop/*", "expected": 5, "comment": "reviewed" });
        assert_eq!(done(&server, &who, "/images/bulk", request("approve"))["changed"], 5);
        let again = done(&server, &who, "/images/bulk", request("approve"));
        assert_eq!((&again["changed"], &again["unchanged"]), (&json!(0), &json!(5)), "{again}");
        assert_eq!(count(&server, "image.approve done"), 5);
        assert_eq!(done(&server, &who, "/images/bulk", request("revoke_approval"))["changed"], 5);
        assert_eq!(done(&server, &who, "/images/bulk", request("revoke_approval"))["unchanged"], 5);
    }
}

/// The approvals there are: the number of the image, and the comment.
fn approvals(server: &TestServer) -> Vec<(u32, String)> {
    let read = server.app.store.read_blocking(|connection| {
        let sql = "SELECT digest, comment FROM approved_digests ORDER BY digest";
        Ok(connection.rows(sql, &[])?.iter().map(|row| (row.text(0), row.text(1))).collect::<Vec<_>>())
    });
    let number = |digest: &str| u32::from_str_radix(digest.strip_prefix("sha256:").unwrap(), 16).unwrap();
    read.unwrap().into_iter().map(|(digest, comment)| (number(&digest), comment)).collect()
}

/// The id of the youngest job of somebody.
fn youngest(server: &TestServer, who: &As) -> String {
    server.ask(who, "GET", "/me/jobs", json!(null)).body["items"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn approvals_are_taken_back_where_they_are_still_as_the_action_left_them() {
    for (server, who) in servers() {
        let approve = |who: &As, number: u32, comment: &str| {
            let path = format!("/images/{}/approval", digest(number));
            server.ask(who, "POST", &path, json!({ "comment": comment })).expect(204);
        };
        approve(&who, 1, "before");
        let request =
            json!({ "action": "approve", "filter": "repository:shop/*", "expected": 5, "comment": "reviewed" });
        assert_eq!(done(&server, &who, "/images/bulk", request)["changed"], 5);
        let undo = format!("/me/jobs/{}/undo", youngest(&server, &who));
        let other = server.token(RIGHTS);
        // Meanwhile somebody approves one anew.
        approve(&other, 2, "mine");
        server.ask(&other, "POST", &undo, json!({})).expect(404);
        let progress = done(&server, &who, &undo, json!({}));
        assert_eq!(progress, json!({ "total": 5, "done": 5, "changed": 4, "unchanged": 1, "not_permitted": 0 }));
        let left = approvals(&server);
        assert!(left.contains(&(1, "before".to_owned())) && left.contains(&(2, "mine".to_owned())), "{left:?}");
        assert!(!left.iter().any(|(number, _)| [3, 4, 5].contains(number)), "{left:?}");
        assert_eq!((count(&server, "job.undo done"), count(&server, "job.undo_end done")), (1, 1));
        assert_eq!(server.ask(&who, "POST", &undo, json!({})).code(), "object.state", "once");
        let undo = format!("/me/jobs/{}/undo", youngest(&server, &who));
        assert_eq!(server.ask(&who, "POST", &undo, json!({})).code(), "object.state", "and not back and forth");
        let nothing = json!({ "action": "revoke_approval", "filter": "repository:bank/*", "expected": 1 });
        assert_eq!(done(&server, &who, "/images/bulk", nothing)["unchanged"], 1);
        let undo = format!("/me/jobs/{}/undo", youngest(&server, &who));
        assert_eq!(server.ask(&who, "POST", &undo, json!({})).code(), "object.state", "it changed nothing");
        let request = json!({ "action": "delete", "filter": "repository:bank/*", "expected": 1 });
        done(&server, &who, "/images/bulk", request);
        let undo = format!("/me/jobs/{}/undo", youngest(&server, &who));
        assert_eq!(server.ask(&who, "POST", &undo, json!({})).code(), "object.state", "what is removed stays removed");
    }
}

#[test]
fn approvals_that_were_taken_back_come_again_with_what_was_said() {
    for (server, who) in servers() {
        let request = |action: &str, expected: u32| json!({ "action": action, "filter": "repository:shop/*", "expected": expected, "comment": "reviewed" });
        done(&server, &who, "/images/bulk", request("approve", 5));
        done(&server, &who, "/images/bulk", request("revoke_approval", 5));
        assert_eq!(approvals(&server), []);
        let undo = format!("/me/jobs/{}/undo", youngest(&server, &who));
        // Without the right that the action needs nothing is taken back.
        let allow = |permissions: &'static str| {
            let set = move |connection: &mut store::Connection| {
                connection.execute("UPDATE tokens SET permissions = $1", &store::values![permissions])
            };
            server.app.store.write_blocking(store::Lane::Beside, set).unwrap();
        };
        allow("images.read");
        server.ask(&who, "POST", &undo, json!({})).expect(403);
        allow(RIGHTS);
        assert_eq!(done(&server, &who, &undo, json!({}))["changed"], 5);
        assert_eq!(approvals(&server), (1..=5).map(|number| (number, "reviewed".to_owned())).collect::<Vec<_>>());
    }
}

#[test]
fn requests_for_exceptions_are_withdrawn_together() {
    for (server, who) in servers() {
        let request = json!({ "filter": "", "expected": 2, "name": "pads", "owner": "team@example.com",
            "reason": "not reachable from outside", "expires": "2999-12-31" });
        done(&server, &who, "/vulnerabilities/bulk", request);
        let undo = format!("/me/jobs/{}/undo", youngest(&server, &who));
        let progress = done(&server, &who, &undo, json!({}));
        assert_eq!((&progress["total"], &progress["changed"]), (&json!(1), &json!(1)), "{progress}");
        let list = server.ask(&who, "GET", "/exceptions", json!(null));
        assert_eq!(list.body["items"][0]["state"], "withdrawn", "{}", list.body);
        assert_eq!(count(&server, "exception.withdraw done"), 1);
    }
}

#[test]
fn only_images_of_a_registry_are_scanned_again() {
    for (server, who) in servers() {
        let request = json!({ "action": "rescan", "filter": "", "expected": 6 });
        let is_fetchable = || {
            let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
            image.expect(200);
            image.body["is_fetchable"].clone()
        };
        assert_eq!(is_fetchable(), false);
        assert_eq!(done(&server, &who, "/images/bulk", request.clone())["unchanged"], 6);
        let registry = json!({ "name": "r", "kind": "oci", "address": "registry.example", "is_enabled": false });
        server.ask(&who, "POST", "/registries", registry).expect(201);
        assert_eq!(is_fetchable(), true);
        assert_eq!(done(&server, &who, "/images/bulk", request.clone())["changed"], 6);
        assert_eq!(done(&server, &who, "/images/bulk", request)["changed"], 6);
        let jobs = server.ask(&who, "GET", "/jobs?filter=kind:scan", json!(null));
        assert_eq!(jobs.body["items"].as_array().unwrap().len(), 6, "an image that waits for its scan waits once");
        let cancel = json!({ "action": "cancel", "filter": "kind:scan state:waiting", "expected": 6 });
        assert_eq!(done(&server, &who, "/jobs/bulk", cancel)["changed"], 6);
        let retry = json!({ "action": "retry", "filter": "kind:scan", "expected": 6 });
        assert_eq!(done(&server, &who, "/jobs/bulk", retry.clone())["changed"], 6);
        assert_eq!(done(&server, &who, "/jobs/bulk", retry)["unchanged"], 6);
        let all = server.ask(&who, "GET", "/jobs", json!(null)).body["items"].as_array().unwrap().len();
        let cancel = json!({ "action": "cancel", "filter": "", "expected": all });
        assert_eq!(done(&server, &who, "/jobs/bulk", cancel)["changed"], 6, "the job that cancels goes on");
    }
}

#[test]
fn that_a_scan_was_asked_for_is_told_to_whoever_may_see_the_image() {
    for (server, who) in servers() {
        let registry = json!({ "name": "r", "kind": "oci", "address": "registry.example", "is_enabled": false });
        server.ask(&who, "POST", "/registries", registry).expect(201);
        let bank = server.scoped_token("images.read", "bank", "bank/*");
        server.catch_up();
        done(&server, &who, "/images/bulk", json!({ "action": "rescan", "filter": "", "expected": 6 }));
        let follow = |who: &As, pieces| {
            let path = "/events/stream?topics=image.rescan_requested";
            server.beginning(who, path, &[("last-event-id", "0")], pieces)
        };
        let text = follow(&server.token("images.read"), 7);
        let told = |text: &str, number| text.contains(&format!("\"object_id\":\"{}\"", digest(number)));
        assert!((1..=6).all(|number| told(&text, number)), "{text}");
        assert!(text.contains("\"by\":\"test\"") && text.contains("registry.example/shop/api-1:1"), "{text}");
        let text = follow(&bank, 2);
        assert!(told(&text, 6) && (1..=5).all(|number| !told(&text, number)), "{text}");
    }
}

#[test]
fn exceptions_are_asked_for_all_vulnerabilities_at_once() {
    for (server, who) in servers() {
        let request = |filter: &str, expected: u64, name: &str| {
            json!({ "filter": filter, "expected": expected, "name": name, "owner": "team@example.com",
                "reason": "not reachable from outside", "expires": "2999-12-31",
                "scope": { "variables": [{ "attribute": "image.repository", "value": "shop/*" }] } })
        };
        let progress = done(&server, &who, "/vulnerabilities/bulk", request("severity:high", 1, "pads"));
        assert_eq!((&progress["done"], &progress["changed"]), (&json!(1), &json!(1)));
        let list = server.ask(&who, "GET", "/exceptions", json!(null));
        let own = &list.body["items"][0];
        assert_eq!((&own["name"], &own["state"]), (&json!("pads"), &json!("requested")), "{own}");
        assert_eq!(own["ids"], json!(["GHSA-aaaa-bbbb-cccc"]));
        assert_eq!(count(&server, "exception.request done"), 1);
        let mut wrong = request("", 2, "x");
        wrong["expires"] = "2001-01-01".into();
        assert_eq!(server.ask(&who, "POST", "/vulnerabilities/bulk", wrong).code(), "request.invalid");
        assert_eq!(server.ask(&who, "POST", "/vulnerabilities/bulk", request("", 9, "x")).code(), "bulk.moved");
        assert_eq!(
            server.ask(&who, "POST", "/vulnerabilities/bulk", request("severty:high", 1, "x")).code(),
            "request.filter"
        );
    }
}

#[test]
fn a_job_that_is_begun_again_goes_on_from_where_it_was() {
    for (server, who) in servers() {
        let request = json!({ "action": "approve", "filter": "repository:shop/*", "expected": 5, "comment": "" });
        done(&server, &who, "/images/bulk", request);
        // As if the server had died before it could say that all was done.
        let again = |connection: &mut store::Connection| {
            connection
                .execute("UPDATE jobs SET state = 'waiting', finished = NULL WHERE kind = 'bulk'", &[])
                .map(|_| ())
        };
        server.app.store.write_blocking(store::Lane::Beside, again).unwrap();
        server.do_jobs();
        let jobs = server.ask(&who, "GET", "/me/jobs", json!(null));
        let job = &jobs.body["items"][0];
        assert_eq!((&job["state"], &job["progress"]["changed"]), (&json!("done"), &json!(5)), "{job}");
        assert_eq!(count(&server, "image.approve done"), 5);
    }
}

#[test]
fn the_same_request_with_its_key_is_one_job() {
    for (server, who) in servers() {
        let request = json!({ "action": "delete", "filter": "", "expected": 6 });
        let ask = || server.ask_with(&who, "POST", "/images/bulk", &[("idempotency-key", "k")], request.clone());
        let (first, second) = (ask(), ask());
        first.expect(202);
        assert_eq!(first.body["id"], second.body["id"]);
        assert_eq!(server.ask(&who, "GET", "/me/jobs", json!(null)).body["items"].as_array().unwrap().len(), 1);
    }
}
