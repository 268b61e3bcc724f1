//! What all jobs of the server share, and dry runs.

use serde_json::json;

use crate::sample::{SEVERE, index, intelligence};
use crate::testing::{Answer, As, TestServer};

const RIGHTS: &str =
    "images.read,images.write,images.approve,verdicts.read,policies.read,policies.write,jobs.read,jobs.write";

fn servers() -> Vec<(TestServer, As)> {
    let filled = |server: TestServer| {
        intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
        server.catch_up();
        let who = server.token(RIGHTS);
        server.policy(&who, &SEVERE.replace("severe", "mild").replace("high", "critical"));
        for number in 1..=70 {
            let version = if number > 3 { "1.0.0" } else { "2.0.0" };
            let name = format!("registry.example/shop/api-{number:02}:1");
            server.register(&who, &index(number, &name, &[("left-pad", version)])).expect(200);
        }
        (server, who)
    };
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled).collect()
}

#[test]
fn a_dry_run_of_all_images_is_read_in_pages() {
    for (server, who) in servers() {
        let begun = server.ask(&who, "POST", "/policies/dry-runs", json!({ "document": SEVERE }));
        begun.expect(202);
        let path = format!("/policies/dry-runs/{}", begun.body["job"].as_str().unwrap());
        server.do_jobs();
        let run = server.ask(&who, "GET", &path, json!(null));
        assert_eq!((&run.body["state"], &run.body["images"]), (&json!("done"), &json!(70)), "{}", run.body);
        assert_eq!((&run.body["changed"], &run.body["total"]), (&json!(67), &json!(70)));
        let first = server.ask(&who, "GET", &format!("{path}/changes?limit=40"), json!(null));
        let item = &first.body["items"][0];
        assert_eq!((&item["from"], &item["to"]), (&json!("allow"), &json!("deny")), "{item}");
        assert_eq!(first.body["total"], 67);
        let next = first.body["next"].as_str().unwrap();
        let second = server.ask(&who, "GET", &format!("{path}/changes?limit=40&cursor={next}"), json!(null));
        assert_eq!(second.body["items"].as_array().unwrap().len(), 27);
        assert_eq!(second.body["next"], json!(null));
        let other = server.token(RIGHTS);
        server.ask(&other, "GET", &path, json!(null)).expect(404);
        let wrong = server.ask(&who, "POST", "/policies/dry-runs", json!({ "document": "schema: x" }));
        assert_eq!(wrong.code(), "request.invalid");
    }
}

#[test]
fn a_cancelled_job_is_not_done() {
    for (server, who) in servers() {
        let begun = server.ask(&who, "POST", "/policies/dry-runs", json!({ "document": SEVERE }));
        let id = begun.body["job"].as_str().unwrap();
        server.ask(&server.token(RIGHTS), "POST", &format!("/me/jobs/{id}/cancel"), json!({})).expect(404);
        server.ask(&who, "POST", &format!("/me/jobs/{id}/cancel"), json!({})).expect(200);
        server.do_jobs();
        let job = server.ask(&who, "GET", &format!("/me/jobs/{id}"), json!(null));
        assert_eq!((&job.body["state"], &job.body["progress"]), (&json!("cancelled"), &json!(null)));
        let again = server.ask(&who, "POST", &format!("/me/jobs/{id}/cancel"), json!({}));
        assert_eq!(again.code(), "object.state");
    }
}

fn write(server: &TestServer, sql: &'static str) {
    let changed = server.app.store.write_blocking(store::Lane::Beside, move |connection| connection.execute(sql, &[]));
    assert!(changed.unwrap() > 0, "{sql}");
}

fn changes(server: &TestServer, who: &As, id: &str) -> Answer {
    server.ask(who, "GET", &format!("/policies/dry-runs/{id}/changes?limit=100"), json!(null))
}

#[test]
fn a_dry_run_that_is_tried_again_begins_from_its_start() {
    for (server, who) in servers() {
        let begun = server.ask(&who, "POST", "/policies/dry-runs", json!({ "document": SEVERE }));
        let id = begun.body["job"].as_str().unwrap();
        server.do_jobs();
        // As if it had been cancelled a moment before its end; what it found is removed then.
        write(&server, "UPDATE jobs SET state = 'cancelled', expires = NULL");
        let mut retention = crate::retention::Retention::default();
        server.run(retention.step(&server.app, crate::clock::now())).unwrap();
        server.ask(&server.token(RIGHTS), "POST", &format!("/me/jobs/{id}/retry"), json!({})).expect(404);
        server.ask(&who, "POST", &format!("/me/jobs/{id}/retry"), json!({})).expect(200);
        server.do_jobs();
        let run = server.ask(&who, "GET", &format!("/policies/dry-runs/{id}"), json!(null)).body;
        assert_eq!((&run["state"], &run["images"], &run["changed"]), (&json!("done"), &json!(70), &json!(67)), "{run}");
        assert_eq!(changes(&server, &who, id).body["items"].as_array().unwrap().len(), 67);
        let again = server.ask(&who, "POST", &format!("/me/jobs/{id}/retry"), json!({}));
        assert_eq!(again.code(), "object.state", "what is done is not tried again");
    }
}

#[test]
fn what_a_dry_run_found_needs_the_rights_that_it_was_begun_with() {
    for (server, _) in servers() {
        let shop = server.scoped_token("policies.read,images.read", "shop", "shop/api-1*");
        server.catch_up();
        let begun = server.ask(&shop, "POST", "/policies/dry-runs", json!({ "document": SEVERE }));
        begun.expect(202);
        let id = begun.body["job"].as_str().unwrap();
        assert_eq!(changes(&server, &shop, id).body["items"], json!([]), "it has not begun");
        server.do_jobs();
        assert_eq!(changes(&server, &shop, id).body["items"].as_array().unwrap().len(), 10);
        write(&server, "UPDATE tokens SET permissions = 'policies.read' WHERE name = 'shop'");
        changes(&server, &shop, id).expect(403);
        write(&server, "UPDATE tokens SET permissions = 'policies.read,images.read' WHERE name = 'shop'");
        // The application has the same id, and takes in other images.
        server.redefine_scope("shop", "shop/api-2*");
        server.catch_up();
        let answer = changes(&server, &shop, id);
        assert_eq!((answer.status, answer.code()), (409, "object.state"), "{}", answer.body);
    }
}

#[test]
fn a_server_that_was_restored_says_that_what_a_dry_run_found_is_gone() {
    for (server, who) in servers() {
        let begun = server.ask(&who, "POST", "/policies/dry-runs", json!({ "document": SEVERE }));
        let id = begun.body["job"].as_str().unwrap();
        server.do_jobs();
        write(&server, "DELETE FROM job_output");
        let answer = changes(&server, &who, id);
        assert_eq!((answer.status, answer.code()), (409, "object.state"), "{}", answer.body);
        // One that had not come to its end begins from its start there.
        write(&server, "UPDATE jobs SET state = 'waiting', finished = NULL, expires = NULL");
        server.do_jobs();
        assert_eq!(changes(&server, &who, id).body["items"].as_array().unwrap().len(), 67);
    }
}

#[test]
fn a_job_of_another_is_shown_without_what_it_is_about_and_is_theirs_to_try_again() {
    for (server, who) in servers() {
        let request =
            json!({ "action": "delete", "filter": "repository:shop/api-01", "expected": 1, "comment": "private" });
        let job = server.ask(&who, "POST", "/images/bulk", request);
        let id = job.body["id"].as_str().unwrap();
        assert_eq!(job.body["work"]["work"]["comment"], "private");
        let export = json!({ "format": "csv", "filter": "repository:private/*" });
        server.ask(&who, "POST", "/images/export", export).expect(202);
        let other = server.token("jobs.read,jobs.write");
        let list = server.ask(&other, "GET", "/jobs", json!(null));
        list.expect(200);
        assert_eq!(list.body["items"].as_array().unwrap().len(), 2);
        let cancelled = server.ask(&other, "POST", &format!("/jobs/{id}/cancel"), json!({}));
        cancelled.expect(200);
        let refused = server.ask(&other, "POST", &format!("/jobs/{id}/retry"), json!({}));
        assert_eq!((refused.status, refused.code()), (409, "object.state"));
        let one = server.ask(&other, "GET", &format!("/jobs/{id}"), json!(null));
        for answer in [&list, &cancelled, &one] {
            let text = answer.body.to_string();
            assert!(!text.contains("private") && !text.contains("api-01"), "{text}");
        }
        let all = json!({ "action": "retry", "filter": "state:cancelled", "expected": 1 });
        let bulk = server.ask(&other, "POST", "/jobs/bulk", all);
        server.do_jobs();
        let bulk = server.ask(&other, "GET", &format!("/me/jobs/{}", bulk.body["id"].as_str().unwrap()), json!(null));
        assert_eq!(bulk.body["progress"]["not_permitted"], 1, "{}", bulk.body);
        let own = server.ask(&who, "GET", &format!("/jobs/{id}"), json!(null));
        assert_eq!(
            (&own.body["state"], &own.body["work"]["work"]["comment"]),
            (&json!("cancelled"), &json!("private"))
        );
        server.ask(&who, "POST", &format!("/jobs/{id}/retry"), json!({})).expect(200);
        server.do_jobs();
        let own = server.ask(&who, "GET", &format!("/me/jobs/{id}"), json!(null));
        assert_eq!((&own.body["state"], &own.body["progress"]["changed"]), (&json!("done"), &json!(1)));
    }
}

#[test]
fn nobody_fills_the_queue_alone() {
    let server = TestServer::new();
    let who = server.token("images.read");
    let ask = || server.ask(&who, "POST", "/images/export", json!({ "format": "csv" }));
    (0..10).for_each(|_| ask().expect(202));
    assert_eq!((ask().status, ask().code()), (429, "request.rate_limited"));
    server.do_jobs();
    ask().expect(202);
}
