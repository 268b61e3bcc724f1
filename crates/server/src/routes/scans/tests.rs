use serde_json::{Value, json};

use crate::sample::{self, intelligence_with_malware};
use crate::testing::{As, TestServer};

struct World {
    server: TestServer,
    admin: As,
    worker: As,
    registry: String,
}

fn world() -> World {
    let server = TestServer::new();
    let (admin, worker) = (server.user("admin", &["administrator"]), server.token("scans.write"));
    let made = server.ask(
        &admin,
        "POST",
        "/registries",
        json!({
        "name": "r", "kind": "oci", "address": "r.example", "stale_days": 30,
        "credential": { "type": "token", "token": "t0ken" }, "rules": { "tags": ["1*"] } }),
    );
    made.expect(201);
    let registry = made.body["id"].as_str().unwrap().to_owned();
    World { server, admin, worker, registry }
}

impl World {
    fn lease(&self) -> Value {
        let answer = self.server.ask(&self.worker, "POST", "/scans/lease", json!({ "worker": "w1" }));
        answer.expect(200);
        answer.body["job"].clone()
    }

    fn send(&self, job: &Value, verb: &str, mut body: Value) -> u16 {
        body["lease"] = job["lease"].clone();
        let path = format!("/scans/{}/{verb}", job["id"].as_str().unwrap());
        self.server.ask(&self.worker, "POST", &path, body).status
    }

    fn job(&self, job: &Value) -> Value {
        self.server.ask(&self.admin, "GET", &format!("/jobs/{}", job["id"].as_str().unwrap()), json!(null)).body
    }

    fn registry(&self) -> Value {
        self.server.ask(&self.admin, "GET", &format!("/registries/{}", self.registry), json!(null)).body
    }
}

fn digest(letter: &str) -> String {
    format!("sha256:{}", letter.repeat(64))
}

#[test]
fn a_listing_leads_to_scans_of_what_is_new_and_tells_the_risks() {
    let world = world();
    let job = world.lease();
    assert_eq!(
        (job["work"]["kind"].as_str(), job["registry"]["credential"]["token"].as_str()),
        (Some("list"), Some("t0ken"))
    );
    assert_eq!(world.lease(), json!(null), "there is one job");
    assert_eq!(world.send(&job, "heartbeat", json!({})), 204);
    let tag = |tag: &str, letter: &str| json!({ "repository": "app", "tag": tag, "digest": digest(letter), "built": "2020-01-01T00:00:00Z" });
    let tags = json!([tag("1.0", "a"), tag("1", "a"), tag("1.1", "b"), tag("2.0", "c")]);
    let listing = json!({ "listing": { "tags": tags, "is_complete": true, "is_open": true } });
    assert_eq!(world.send(&job, "answer", listing.clone()), 204);
    assert_eq!(world.send(&job, "answer", listing), 409, "there is one answer");
    let done = world.job(&job);
    assert_eq!((done["state"].as_str(), done["result"]["enqueued"].as_u64()), (Some("done"), Some(2)), "{done}");
    let registry = world.registry();
    let codes: Vec<&str> =
        registry["risks"].as_array().unwrap().iter().filter_map(|risk| risk["code"].as_str()).collect();
    assert_eq!(codes, ["registry.risk.no_authentication", "registry.risk.stale_images"]);
    assert_eq!(registry["risks"][1]["parameters"]["count"], 3, "the rules do not want the fourth");
    let (one, two) = (world.lease(), world.lease());
    assert_ne!(one["id"], two["id"]);
    assert_eq!(one["work"]["kind"], "scan");
}

#[test]
fn a_failure_that_may_pass_waits_and_one_that_stays_is_dead_with_its_cause() {
    let world = world();
    let job = world.lease();
    assert_eq!(world.send(&job, "fail", json!({ "code": "registry.unreachable", "may_pass": true })), 204);
    let waiting = world.job(&job);
    assert_eq!(
        (waiting["state"].as_str(), waiting["failure"]["code"].as_str()),
        (Some("waiting"), Some("registry.unreachable"))
    );
    assert_eq!(world.registry()["failure"]["code"], "registry.unreachable");
    let again = world.server.ask(&world.admin, "POST", &format!("/registries/{}/list", world.registry), json!(null));
    assert_eq!(again.body["id"], job["id"], "the open job is the one");
    let test = world.server.ask(&world.admin, "POST", &format!("/registries/{}/test", world.registry), json!(null));
    let job = world.lease();
    assert_eq!(job["id"], test.body["id"]);
    assert_eq!(world.send(&job, "fail", json!({ "code": "job.given_back", "may_pass": true })), 204);
    assert_eq!(world.job(&job)["tries"], 0);
    let job = world.lease();
    let steps = json!([{ "step": "dns", "outcome": "failed", "cause": { "code": "registry.unknown_host" } }]);
    assert_eq!(world.send(&job, "answer", json!({ "steps": steps })), 204);
    let done = world.job(&job);
    assert_eq!((done["result"]["is_ok"].as_bool(), done["result"]["steps"].clone()), (Some(false), steps));
}

#[test]
fn a_cancelled_job_is_told_to_its_worker() {
    let world = world();
    let job = world.lease();
    let path = format!("/jobs/{}/cancel", job["id"].as_str().unwrap());
    world.server.ask(&world.admin, "POST", &path, json!(null)).expect(200);
    assert_eq!(world.send(&job, "heartbeat", json!({})), 409);
    assert_eq!(world.send(&job, "answer", json!({ "listing": { "tags": [], "is_complete": true } })), 409);
}

#[test]
fn a_worker_reaches_nothing_but_its_work() {
    let world = world();
    for path in ["/registries", "/jobs", "/me/sessions"] {
        assert!(matches!(world.server.ask(&world.worker, "GET", path, json!(null)).status, 403 | 409), "{path}");
    }
}

#[test]
fn lists_of_malware_are_those_of_the_key_that_is_asked_for() {
    let world = world();
    let sha256 = "7".repeat(64);
    intelligence_with_malware(&world.server, &[("GHSA-aaaa-bbbb-cccc", "x", "1.0.0", "HIGH")], &[(&sha256, "Mirai")]);
    world.server.catch_up();
    let key = world.lease()["malware_lists"].as_str().unwrap().to_owned();
    let ask = |query: &str| {
        world.server.ask(&world.worker, "GET", &format!("/scans/malware-lists{query}"), json!(null)).status
    };
    assert_eq!(ask(&format!("?key={key}")), 200);
    for other in ["?key=other", "?key=a%2Fb%3Fc%26d%23%C3%BC", "?key="] {
        assert_eq!(ask(other), 404, "{other}");
    }
    assert_eq!(ask(""), 400);
}

/// Scans what the listing of one tag leads to, with the index of this image.
fn scan(world: &World, repository: &str, letter: &str, index: &Value) -> (Value, u16) {
    let list = world.server.ask(&world.admin, "POST", &format!("/registries/{}/list", world.registry), json!(null));
    assert!(list.status < 300, "{}", list.body);
    let job = world.lease();
    assert_eq!(job["work"]["kind"], "list", "{job}");
    let tag = json!({ "repository": repository, "tag": "1", "digest": digest(letter) });
    assert_eq!(world.send(&job, "answer", json!({ "listing": { "tags": [tag], "is_complete": true } })), 204);
    let job = world.lease();
    assert_eq!(job["work"]["kind"], "scan", "{job}");
    let status = world.send(&job, "answer", json!({ "index": index }));
    (job, status)
}

#[test]
fn a_worker_that_answers_with_another_image_replaces_nothing_of_other_repositories() {
    let world = world();
    let who = world.server.token("images.read,images.write");
    let packages: &[(&str, &str)] = &[("left-pad", "1.2.0"), ("xz", "5.6.1")];
    let core = sample::index(1, "r.example/bank/core:1", packages);
    world.server.register(&who, &core).expect(200);
    // By the registry's own scan, so that a pipeline's index is outranked by any other.
    let (_, status) = scan(&world, "bank/core", "a", &core);
    assert_eq!(status, 204);
    let (_, status) = scan(&world, "wk/a", "b", &sample::index(1, "r.example/wk/a:1", &[]));
    assert_eq!(status, 204);
    let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(1)), json!(null));
    assert_eq!(image.body["packages"], 2, "{}", image.body);
    // Within its repository it is scanned anew.
    let other = sample::index(2, "r.example/wk/b:1", packages);
    assert_eq!(scan(&world, "wk/b", "c", &other).1, 204);
    assert_eq!(scan(&world, "wk/b", "d", &sample::index(2, "r.example/wk/b:1", &[])).1, 204);
    let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(2)), json!(null));
    assert_eq!(image.body["packages"], 0, "{}", image.body);
}

#[test]
fn a_removed_image_comes_back_while_its_registry_has_it() {
    let world = world();
    let who = world.server.token("images.read,images.approve");
    let index = sample::index(1, "r.example/shop/api:1", &[]);
    let path = format!("/images/{}", sample::digest(1));
    for round in 0..2 {
        assert_eq!(scan(&world, "shop/api", "a", &index).1, 204, "{round}");
        world.server.ask(&who, "GET", &path, json!(null)).expect(200);
        world.server.ask(&who, "DELETE", &path, json!(null)).expect(204);
    }
}
