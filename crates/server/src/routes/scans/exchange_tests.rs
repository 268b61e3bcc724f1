//! Workers get credentials that end, and never those that are stored.

use serde_json::{Value, json};
use test_support::HttpMock;

use crate::testing::{As, TestServer};

const MARK: &str = "marker+of/a+secret+key";

struct World {
    server: TestServer,
    admin: As,
    worker: As,
    registry: String,
}

/// A registry of Amazon's whose credentials are exchanged by a service that answers so.
fn world(ecr: &HttpMock) -> World {
    let endpoint = format!("ecr={}", ecr.url());
    let server = TestServer::with(&[("BULKHEAD_CLOUD_ENDPOINTS", &endpoint)]);
    let (admin, worker) = (server.user("admin", &["administrator"]), server.token("scans.write"));
    let credential = json!({ "type": "aws_keys", "access_key_id": "AKIDEXAMPLE", "secret_access_key": MARK });
    let made = server.ask(
        &admin,
        "POST",
        "/registries",
        json!({ "name": "ecr", "kind": "ecr", "address": "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "credential": credential }),
    );
    made.expect(201);
    assert_eq!(made.body["credential_type"], "aws_keys");
    let registry = made.body["id"].as_str().unwrap().to_owned();
    World { server, admin, worker, registry }
}

impl World {
    fn lease(&self) -> Value {
        let answer = self.server.ask(&self.worker, "POST", "/scans/lease", json!({ "worker": "w" }));
        answer.expect(200);
        assert!(!answer.body.to_string().contains(MARK), "{}", answer.body);
        answer.body["job"].clone()
    }

    fn jobs(&self) -> Vec<Value> {
        let answer = self.server.ask(&self.admin, "GET", "/jobs", json!(null));
        answer.body["items"].as_array().cloned().unwrap_or_default()
    }

    fn test(&self) -> Value {
        let path = format!("/registries/{}/test", self.registry);
        self.server.ask(&self.admin, "POST", &path, json!(null)).body
    }

    fn send(&self, job: &Value, verb: &str, mut body: Value) -> u16 {
        body["lease"] = job["lease"].clone();
        let path = format!("/scans/{}/{verb}", job["id"].as_str().unwrap());
        self.server.ask(&self.worker, "POST", &path, body).status
    }
}

fn service(status: u16) -> HttpMock {
    let far = 4_000_000_000_u64;
    let body = json!({ "authorizationData": [{ "authorizationToken": "QVdTOnNob3J0LWxpdmVk", "expiresAt": far }] });
    HttpMock::start(move |_| match status {
        200 => (200, Vec::new(), body.to_string()),
        status => (status, Vec::new(), r#"{"__type":"UnrecognizedClientException"}"#.to_owned()),
    })
}

#[test]
fn a_worker_gets_the_short_lived_password_and_a_test_tells_the_exchange_as_its_first_step() {
    let ecr = service(200);
    let world = world(&ecr);
    let listing = world.lease();
    assert_eq!(
        listing["registry"]["credential"],
        json!({ "type": "password", "user": "AWS", "password": "short-lived" })
    );
    let asked = world.test();
    let job = world.lease();
    assert_eq!(job["id"], asked["id"]);
    let steps = json!([{ "step": "dns", "outcome": "ok" }]);
    assert_eq!(world.send(&job, "answer", json!({ "steps": steps })), 204);
    let done = world.jobs().into_iter().find(|done| done["id"] == job["id"]).unwrap();
    assert_eq!(done["result"]["steps"][0], json!({ "step": "exchange", "outcome": "ok" }));
    assert_eq!(done["result"]["steps"][1]["step"], "dns");
    assert_eq!(ecr.requests().len(), 1, "both jobs had the same password");
    assert!(!world.server.database().contains(MARK));
    assert!(!world.server.database().contains("short-lived"), "what ends by itself is kept in memory alone");
}

#[test]
fn an_exchange_that_is_refused_is_told_with_its_step_and_its_jobs_are_dead() {
    let ecr = service(400);
    let world = world(&ecr);
    let asked = world.test();
    assert_eq!(world.lease(), json!(null), "there is nothing that a worker could do");
    let jobs = world.jobs();
    let tested = jobs.iter().find(|job| job["id"] == asked["id"]).unwrap();
    assert_eq!((tested["state"].as_str(), tested["result"]["is_ok"].as_bool()), (Some("done"), Some(false)));
    let steps = tested["result"]["steps"].as_array().unwrap();
    assert_eq!(
        (steps.len(), steps[0]["step"].as_str(), steps[0]["outcome"].as_str()),
        (7, Some("exchange"), Some("failed"))
    );
    assert_eq!(steps[0]["cause"]["code"], "registry.exchange_refused");
    assert_eq!(steps[0]["cause"]["parameters"]["reason"], "UnrecognizedClientException");
    assert!(steps[1..].iter().all(|step| step["outcome"] == "skipped"));
    let listed = jobs.iter().find(|job| job["kind"] == "list").unwrap();
    assert_eq!(
        (listed["state"].as_str(), listed["failure"]["code"].as_str()),
        (Some("dead"), Some("registry.exchange_refused"))
    );
    let path = format!("/registries/{}", world.registry);
    let registry = world.server.ask(&world.admin, "GET", &path, json!(null)).body;
    assert_eq!(registry["failure"]["code"], "registry.exchange_refused");
}

#[test]
fn a_service_that_is_away_leaves_the_job_for_later() {
    let ecr = service(503);
    let world = world(&ecr);
    assert_eq!(world.lease(), json!(null));
    let listed = world.jobs().remove(0);
    assert_eq!(
        (listed["state"].as_str(), listed["failure"]["code"].as_str()),
        (Some("waiting"), Some("registry.exchange_away"))
    );
}

#[test]
fn what_cannot_be_exchanged_is_refused_before_it_is_stored() {
    let server = TestServer::new();
    let admin = server.user("admin", &["administrator"]);
    let check = |kind: &str, address: &str, credential: Value, field: &str| {
        let body = json!({ "name": "r", "kind": kind, "address": address, "credential": credential });
        let answer = server.ask(&admin, "POST", "/registries", body);
        assert_eq!((answer.status, answer.body["parameters"]["field"].as_str()), (422, Some(field)), "{}", answer.body);
    };
    let keys = json!({ "type": "aws_keys", "access_key_id": "A", "secret_access_key": "s" });
    let ecr = "1.dkr.ecr.eu-west-1.amazonaws.com";
    check("oci", "r.example", keys.clone(), "credential.type");
    check("ecr", "ecr.internal", keys.clone(), "credential.region");
    let mut wrong = keys.clone();
    wrong["region"] = json!("eu-west-1.evil.example/");
    check("ecr", ecr, wrong, "credential.region");
    let mut wrong = keys;
    wrong["role"] = json!({ "arn": "role/scan" });
    check("ecr", ecr, wrong, "credential.role.arn");
    check("google", "gcr.io", json!({ "type": "google_key", "key": "{}" }), "credential.key");
    let azure = json!({ "type": "azure_secret", "tenant": "../x", "client_id": "c", "client_secret": "s" });
    check("acr", "shop.azurecr.io", azure, "credential.tenant");
    check("oci", "r.example", json!({ "type": "google_ambient" }), "credential.type");
}
