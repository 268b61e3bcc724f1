use serde_json::{Value, json};

use crate::registries::platforms::PlatformIndex;
use crate::sample::{self, intelligence_with_malware};
use crate::testing::{Answer, As, TestServer};

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

    /// What a pipeline does that found an image through image indexes.
    fn register(&self, who: &As, index: &Value, image_indexes: &[&str]) -> Answer {
        let request = axum::http::Request::builder()
            .method("POST")
            .uri(format!("{}/images", crate::routes::PREFIX))
            .header("content-type", api::images::REGISTRATION_TYPE);
        let body = json!({ "index": index, "image_indexes": image_indexes });
        self.server.send(who, request, serde_json::to_vec(&body).unwrap())
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
fn a_listing_is_told_to_whoever_may_see_registries_however_it_went() {
    let world = world();
    let job = world.lease();
    assert_eq!(world.send(&job, "fail", json!({ "code": "registry.protocol", "may_pass": false })), 204);
    world.server.ask(&world.admin, "POST", &format!("/registries/{}/list", world.registry), json!(null)).expect(202);
    let job = world.lease();
    assert_eq!(world.send(&job, "answer", json!({ "listing": { "tags": [], "is_complete": true } })), 204);
    let follower = world.server.token("registries.read");
    let text = world.server.beginning(&follower, "/events/stream", &[("last-event-id", "0")], 3);
    let told: Vec<&str> = text.lines().filter(|line| line.starts_with("event: ")).collect();
    assert_eq!(told, ["event: registry.listed"; 2], "{text}");
    assert!(text.contains(&format!("\"object_id\":\"{}\"", world.registry)), "{text}");
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

/// Lists one tag, which means this digest, and gives the job that scans it.
fn listed(world: &World, repository: &str, tag: &str, digest: &str) -> Value {
    let list = world.server.ask(&world.admin, "POST", &format!("/registries/{}/list", world.registry), json!(null));
    assert!(list.status < 300, "{}", list.body);
    let job = world.lease();
    assert_eq!(job["work"]["kind"], "list", "{job}");
    let tag = json!({ "repository": repository, "tag": tag, "digest": digest });
    assert_eq!(world.send(&job, "answer", json!({ "listing": { "tags": [tag], "is_complete": true } })), 204);
    let job = world.lease();
    assert_eq!((&job["work"]["kind"], &job["work"]["digest"]), (&json!("scan"), &json!(digest)), "{job}");
    job
}

/// Scans what the listing of one tag leads to, with the index of this image.
fn scan(world: &World, repository: &str, digest: &str, index: &Value) -> (Value, u16) {
    let job = listed(world, repository, "1", digest);
    let status = world.send(&job, "answer", json!({ "index": index }));
    (job, status)
}

#[test]
fn a_worker_that_answers_with_another_image_changes_nothing() {
    let world = world();
    let who = world.server.token("images.read,images.write");
    let packages: &[(&str, &str)] = &[("left-pad", "1.2.0"), ("xz", "5.6.1")];
    let core = sample::index(1, "r.example/bank/core:1", packages);
    // By the registry's own scan, so that a pipeline's index is outranked by any other.
    let (_, status) = scan(&world, "bank/core", &sample::digest(1), &core);
    assert_eq!(status, 204);
    let image = || world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(1)), json!(null)).body;
    let before = image();
    // With the digest of another image, which its job is not about.
    let (job, status) = scan(&world, "wk/a", &sample::digest(3), &sample::index(1, "r.example/wk/a:1", &[]));
    assert_eq!((status, image()), (422, before.clone()));
    assert_eq!(world.job(&job)["state"], "dead");
    // Nobody knows what a tag means before it is asked for; what is known under other names stays.
    let path = format!("/registries/{}/scan", world.registry);
    world.server.ask(&world.admin, "POST", &path, json!({ "repository": "wk/b", "tag": "1" })).expect(202);
    let job = world.lease();
    assert_eq!(job["work"]["repository"], "wk/b", "{job}");
    let answer = json!({ "index": sample::index(1, "r.example/wk/b:1", &[]) });
    assert_eq!(world.send(&job, "answer", answer), 204);
    assert_eq!(image()["packages"], 2, "{}", image());
    // An image is scanned anew where it is.
    let (_, status) = scan(&world, "bank/core", &sample::digest(1), &core);
    assert_eq!(status, 204);
}

#[test]
fn a_removed_image_comes_back_while_its_registry_has_it() {
    let world = world();
    let who = world.server.token("images.read,images.approve");
    let index = sample::index(1, "r.example/shop/api:1", &[]);
    let path = format!("/images/{}", sample::digest(1));
    for round in 0..2 {
        assert_eq!(scan(&world, "shop/api", &sample::digest(1), &index).1, 204, "{round}");
        world.server.ask(&who, "GET", &path, json!(null)).expect(200);
        world.server.ask(&who, "DELETE", &path, json!(null)).expect(204);
    }
}

/// An image index of images by their numbers and platforms, and its digest.
fn image_index(images: &[(u32, &str)]) -> (String, String) {
    let entry = |(number, platform): &(u32, &str)| {
        let (os, architecture) = platform.split_once('/').unwrap();
        json!({ "digest": sample::digest(*number), "size": 7, "platform": { "os": os, "architecture": architecture } })
    };
    let entries: Vec<Value> = images.iter().map(entry).collect();
    let text = json!({ "schemaVersion": 2, "manifests": entries }).to_string();
    let digest = PlatformIndex::read(std::slice::from_ref(&text), None).unwrap().digest;
    (text, digest)
}

/// Engines and clusters ask by the digest of the index, whatever platform they are of.
#[test]
fn an_image_of_several_platforms_has_a_verdict_and_every_platform_is_scanned() {
    let world = world();
    intelligence_with_malware(&world.server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")], &[]);
    let who = world.server.token("images.read,images.approve,verdicts.read,policies.write");
    world.server.policy(&who, sample::SEVERE);
    world.server.catch_up();
    let verdict = |digest: &str, rest: &str| {
        let path = format!("/verdict?image=r.example/shop/api@{digest}{rest}");
        let answer = world.server.ask(&who, "GET", &path, json!(null));
        answer.expect(200);
        answer.body
    };
    let (text, digest) = image_index(&[(1, "linux/amd64"), (2, "linux/arm64"), (3, "unknown/unknown")]);
    assert_eq!(verdict(&digest, "")["decision"], "deny", "nobody knows it");
    let job = listed(&world, "shop/api", "1", &digest);
    let clean = sample::index(1, "r.example/shop/api:1", &[]);
    let answer = json!({ "index": clean, "image_indexes": [text] });
    assert_eq!(world.send(&job, "answer", answer), 204);
    let told = verdict(&digest, "");
    assert_eq!(
        (&told["decision"], &told["reasons"][0]["code"]),
        (&json!("deny"), &json!("verdict.image_not_registered"))
    );
    assert_eq!(verdict(&digest, "&platform=linux/amd64")["decision"], "allow");
    // The other one is scanned of its own accord, the attestation is not.
    let other = world.lease();
    assert_eq!(other["work"]["digest"], sample::digest(2), "{other}");
    assert_eq!(world.lease(), json!(null));
    let severe = sample::index(2, "r.example/shop/api:1", &[("left-pad", "1.0.0")]);
    assert_eq!(world.send(&other, "answer", json!({ "index": severe })), 204);
    assert_eq!(world.lease(), json!(null));
    let told = verdict(&digest, "");
    assert_eq!((&told["decision"], &told["digest"]), (&json!("deny"), &json!(digest)), "{told}");
    assert_eq!(told["effects"], json!(["fail_pipeline", "block", "record", "notify"]), "{told}");
    assert_eq!(told["platforms"][0]["decision"], "allow", "{told}");
    assert_eq!(told["platforms"][1]["platform"], "linux/arm64", "{told}");
    assert_eq!(told["reasons"][0]["control"], "vulnerability.severity", "{told}");
    let decisions = ["linux/amd64", "linux/arm64", "linux/s390x"]
        .map(|platform| verdict(&digest, &format!("&platform={platform}"))["decision"].clone());
    assert_eq!(decisions, ["allow", "deny", "deny"]);
    let path = format!("/verdict?image={digest}&platform=amd64");
    assert_eq!(world.server.ask(&who, "GET", &path, json!(null)).code(), "request.invalid");
    // Both are what the tag names: none of them has moved away.
    for number in [1, 2] {
        let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(number)), json!(null));
        let name = &image.body["names"][0];
        assert_eq!((&name["tag"], &name["is_current"]), (&json!("1"), &json!(true)), "{}", image.body);
        assert_eq!(image.body["indexes"], json!([digest]));
    }
    // Approving the digest that is run approves the images that it stands for.
    let path = format!("/images/{digest}/approval");
    world.server.ask(&who, "POST", &path, json!({ "comment": "both" })).expect(204);
    world.server.catch_up();
    for number in [1, 2] {
        let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(number)), json!(null));
        assert_eq!(image.body["approval"], "approved", "{}", image.body);
    }
    world.server.ask(&who, "DELETE", &path, json!(null)).expect(204);
    // The tag moves to another index: the images of the former one are not what it names any more, which is told once.
    let (text, next) = image_index(&[(4, "linux/amd64"), (2, "linux/arm64")]);
    let job = listed(&world, "shop/api", "1", &next);
    let answer = json!({ "index": sample::index(4, "r.example/shop/api:1", &[]), "image_indexes": [text] });
    assert_eq!(world.send(&job, "answer", answer), 204);
    let is_current = |number: u32| {
        let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(number)), json!(null));
        image.body["names"][0]["is_current"].clone()
    };
    assert_eq!([1, 2, 4].map(is_current), [false, true, true]);
    assert_eq!(verdict(&next, "&platform=linux/amd64")["decision"], "allow");
    // An image that is gone is missed, and not left out.
    world.server.ask(&who, "DELETE", &format!("/images/{}", sample::digest(2)), json!(null)).expect(204);
    let told = verdict(&next, "");
    assert_eq!(
        (&told["decision"], &told["reasons"][0]["code"]),
        (&json!("deny"), &json!("verdict.image_not_registered"))
    );
}

/// A world whose registry has nothing, and where a severe vulnerability is denied.
fn judging_world() -> (World, As) {
    let world = world();
    intelligence_with_malware(&world.server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")], &[]);
    let who = world.server.token("images.read,images.write,verdicts.read,policies.write");
    world.server.policy(&who, sample::SEVERE);
    world.server.catch_up();
    let list = world.lease();
    assert_eq!(world.send(&list, "answer", json!({ "listing": { "tags": [], "is_complete": true } })), 204);
    (world, who)
}

#[test]
fn an_index_of_which_a_pipeline_registers_one_platform_is_known_and_the_others_are_scanned() {
    let (world, who) = judging_world();
    let verdict = |digest: &str| {
        let path = format!("/verdict?image=r.example/shop/api@{digest}");
        world.server.ask(&who, "GET", &path, json!(null)).body
    };
    let (text, digest) = image_index(&[(1, "linux/amd64"), (2, "linux/arm64")]);
    let own = sample::index(1, "r.example/shop/api:1", &[]);
    let told = world.register(&who, &own, &[&text]);
    told.expect(200);
    assert_eq!((&told.body["decision"], &told.body["digest"]), (&json!("allow"), &json!(sample::digest(1))));
    let missing = json!([{ "platform": "linux/arm64", "digest": sample::digest(2) }]);
    assert_eq!(told.body["index"], json!({ "digest": digest, "unregistered": missing }));
    let told = verdict(&digest);
    assert_eq!(told["decision"], "deny", "{told}");
    let missing = format!("r.example/shop/api@{} (linux/arm64)", sample::digest(2));
    assert_eq!(told["reasons"][0]["parameters"]["image"], json!(missing), "{told}");
    let platforms = told["platforms"].as_array().unwrap();
    let known: Vec<&Value> = platforms.iter().map(|platform| &platform["is_registered"]).collect();
    assert_eq!(known, [&json!(true), &json!(false)], "{told}");
    // The other one is scanned, under the tag that the pipeline gave, which no listing has told.
    let job = world.lease();
    assert_eq!((&job["work"]["digest"], &job["work"]["tag"]), (&json!(sample::digest(2)), &json!("1")), "{job}");
    assert_eq!(world.lease(), json!(null));
    let other = sample::index(2, "r.example/shop/api:1", &[]);
    assert_eq!(world.send(&job, "answer", json!({ "index": other })), 204);
    assert_eq!(verdict(&digest)["decision"], "allow");
    for number in [1, 2] {
        let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(number)), json!(null));
        let name = &image.body["names"][0];
        assert_eq!((&name["tag"], &name["is_current"]), (&json!("1"), &json!(true)), "{}", image.body);
    }
    let again = world.register(&who, &own, &[&text]);
    assert_eq!(again.body["index"]["unregistered"], json!([]), "{}", again.body);
    assert_eq!(world.lease(), json!(null), "all of them are known");
    // Of two that are denied, each tells why: one for what it has, one for being unknown.
    let (text, digest) = image_index(&[(3, "linux/amd64"), (4, "linux/arm64")]);
    let severe = sample::index(3, "r.example/shop/api:2", &[("left-pad", "1.0.0")]);
    world.register(&who, &severe, &[&text]).expect(200);
    let told = verdict(&digest);
    assert_eq!(told["reasons"][0]["control"], "vulnerability.severity", "{told}");
    let last = told["reasons"].as_array().unwrap().last().unwrap();
    assert_eq!(last["code"], "verdict.image_not_registered", "{told}");
}

#[test]
fn an_index_of_a_registry_that_nobody_scans_has_its_verdict_when_every_platform_is_registered() {
    let (world, who) = judging_world();
    let (text, digest) = image_index(&[(1, "linux/amd64"), (2, "linux/arm64")]);
    let name = "elsewhere.example/shop/api";
    let verdict = || {
        let path = format!("/verdict?image={name}@{digest}");
        world.server.ask(&who, "GET", &path, json!(null)).body
    };
    let index = |number: u32| sample::index(number, &format!("{name}:1"), &[]);
    // What does not have the image proves nothing.
    let (other, _) = image_index(&[(7, "linux/amd64")]);
    let none: &[&str] = &[];
    for indexes in [none, &[other.as_str()], &["{"]] {
        assert_eq!(world.register(&who, &index(1), indexes).code(), "request.invalid", "{indexes:?}");
    }
    world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(1)), json!(null)).expect(404);
    // An image that was registered by itself becomes one of its index.
    world.server.register(&who, &index(1)).expect(200);
    assert_eq!(verdict()["platforms"], json!(null), "nobody has told of the index");
    world.register(&who, &index(1), &[&text]).expect(200);
    assert_eq!(world.lease(), json!(null), "nobody can be asked for the other one");
    assert_eq!((&verdict()["decision"], &verdict()["platforms"][1]["is_registered"]), (&json!("deny"), &json!(false)));
    let told = world.register(&who, &index(2), &[&text]);
    assert_eq!(told.body["index"]["unregistered"], json!([]), "{}", told.body);
    assert_eq!(verdict()["decision"], "allow");
    for number in [1, 2] {
        let image = world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(number)), json!(null));
        assert_eq!(image.body["names"][0]["is_current"], true, "{}", image.body);
    }
}

#[test]
fn an_image_that_the_index_of_a_job_does_not_have_is_refused() {
    let world = world();
    let (text, digest) = image_index(&[(1, "linux/amd64")]);
    let index = sample::index(7, "r.example/shop/api:1", &[]);
    for (tag, indexes) in
        [("1", json!([])), ("1.2", json!([text])), ("1.3", json!([text, "{"])), ("1.4", json!(["{}"]))]
    {
        let job = listed(&world, "shop/api", tag, &digest);
        let answer = json!({ "index": index, "image_indexes": indexes });
        assert_eq!(world.send(&job, "answer", answer), 422, "{tag}");
        assert_eq!(world.job(&job)["state"], "dead");
    }
    let who = world.server.token("images.read");
    world.server.ask(&who, "GET", &format!("/images/{}", sample::digest(7)), json!(null)).expect(404);
}
