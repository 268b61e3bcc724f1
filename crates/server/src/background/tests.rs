//! What all jobs of the server share, and dry runs.

use serde_json::json;

use crate::sample::{SEVERE, index, intelligence};
use crate::testing::{As, TestServer};

const RIGHTS: &str = "images.read,images.write,verdicts.read,policies.read,policies.write,jobs.read,jobs.write";

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
