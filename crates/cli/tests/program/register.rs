//! `scan --register` at a server that answers as a test says.

use std::sync::atomic::{AtomicUsize, Ordering};

use model::Platform;
use serde_json::{Value, json};
use test_support::{HttpMock, HttpRequest, Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::Program;

/// A platform that tests are not run on.
const OTHER: &str = "linux/mips64le";

/// A server that allows every image.
fn server() -> HttpMock {
    HttpMock::start(|_| (200, Vec::new(), json!({ "decision": "allow", "policies": [] }).to_string()))
}

/// Scans and registers; what the server was asked.
fn registered(program: &Program, server: &HttpMock, arguments: &[&str]) -> HttpRequest {
    let (intelligence, url) = (intelligence(), server.url());
    let mut all = vec!["scan", "--intel", intelligence.to_str().unwrap(), "--detectors", "vulnerabilities"];
    all.extend(["--register", url.as_str()]);
    all.extend(arguments);
    program.run_with(&all, &[("BULKHEAD_TOKEN", "bh_x")]).ended(0, &["registered ", ": allow"]);
    server.requests().pop().unwrap()
}

#[test]
fn an_image_of_a_layout_is_registered_with_the_index_that_it_was_chosen_from() {
    let program = Program::new();
    let text =
        "image app:1 linux/amd64\n layer\n  a =\nimage app:1 linux/arm64\n layer\n  b =\nimage one:1\n layer\n  c =";
    let images = TestImages::parse(text, Storage::Gzip);
    images.write_oci_layout(&program.path("layout"));
    program.write("layout.tar.gz", Storage::Gzip.store(&images.oci_archive()));
    let server = server();
    for target in ["oci:layout", "oci-archive:layout.tar.gz"] {
        let kind = |image: &str, platform: &str| {
            let name = ["--register-as", "r.example/shop/app:1", "--image", image, "--platform", platform];
            let request = registered(&program, &server, &[&name[..], &[target]].concat());
            assert_eq!(request.target, "/api/v1/images?reference=r.example%2Fshop%2Fapp%3A1", "{target}");
            request.header("content-type").to_owned()
        };
        assert_eq!(kind("app:1", "linux/amd64"), api::images::REGISTRATION_TYPE, "{target}");
        assert_eq!(kind("app:1", "linux/arm64"), api::images::REGISTRATION_TYPE, "{target}");
        assert_eq!(kind("one:1", "linux/amd64"), api::images::INDEX_TYPE, "{target}");
    }
}

/// An index of an image for this machine and one for another, with the digest of the latter.
fn two_platforms() -> (TestImages, String) {
    let native = Platform::native();
    let text = format!("image app:1 {native}\n layer\n  a =\nimage app:1 {OTHER}\n layer\n  b =");
    let images = TestImages::parse(&text, Storage::Gzip);
    let documents = images.oci_files().into_iter().filter(|(path, _)| path != "index.json");
    let mut documents = documents.filter_map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).ok());
    let index = documents.find(|document| document["manifests"].is_array()).unwrap();
    let digest = index["manifests"][1]["digest"].as_str().unwrap().to_owned();
    (images, digest)
}

/// A server that at first knows no image but the one that it is sent, and denies the others.
fn server_without(digest: &str) -> HttpMock {
    let missing = json!([{ "platform": OTHER, "digest": digest }]);
    let asked = AtomicUsize::new(0);
    let policies = json!([{ "name": "strict", "applied": true, "decision": "deny", "effects": ["fail_pipeline"] }]);
    HttpMock::start(move |_| {
        let verdict = match asked.fetch_add(1, Ordering::SeqCst) {
            0 => {
                json!({ "decision": "allow", "policies": [], "index": { "digest": "sha256:1", "unregistered": missing } })
            }
            _ => {
                json!({ "decision": "deny", "policies": policies, "index": { "digest": "sha256:1", "unregistered": [] } })
            }
        };
        (200, Vec::new(), verdict.to_string())
    })
}

#[test]
fn the_images_of_a_layout_for_other_platforms_are_registered_too() {
    let (program, (images, digest)) = (Program::new(), two_platforms());
    images.write_oci_layout(&program.path("layout"));
    let (intelligence, token) = (intelligence(), [("BULKHEAD_TOKEN", "bh_x")]);
    let scan = |server: &HttpMock, more: &[&str]| {
        let url = server.url();
        let mut all = vec!["scan", "--intel", intelligence.to_str().unwrap(), "--detectors", "vulnerabilities"];
        all.extend(["--register", url.as_str(), "--register-as", "r.example/shop/app:1"]);
        all.extend(more);
        all.push("oci:layout");
        program.run_with(&all, &token)
    };
    let server = server_without(&digest);
    let ran = scan(&server, &["--format", "json"]);
    ran.ended(1, &[": allow", &format!("registered layout@{digest} at"), "denies it by strict"]);
    assert!(!ran.stderr.contains("is denied until"), "none is missing in the end: {}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_ne!(report["target"]["digest"], digest, "the report is of the image for this machine alone");
    let requests = server.requests();
    let asked = requests.iter().map(|request| (request.target.as_str(), request.header("content-type")));
    let expected = ("/api/v1/images?reference=r.example%2Fshop%2Fapp%3A1", api::images::REGISTRATION_TYPE);
    assert_eq!(asked.collect::<Vec<_>>(), [expected, expected]);
    // Whoever names a platform registers that one, and is told of the others.
    let server = server_without(&digest);
    scan(&server, &["--platform", &Platform::native().to_string()]).ended(0, &["is denied until", OTHER]);
    assert_eq!(server.requests().len(), 1);
    // Of an image that is not here nothing but its name is known.
    let server = server_without(&format!("sha256:{}", "9".repeat(64)));
    scan(&server, &[]).ended(0, &["is denied until", OTHER]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_image_of_an_archive_is_registered_under_each_of_its_names() {
    let program = Program::new();
    let text = "image shop/app:1\n layer\n  a =\nimage shop/app:2\n layer\n  a =\nimage bank/app:1\n layer\n  b =";
    program.write("images.tar", TestImages::parse(text, Storage::Gzip).docker_archive());
    let request = registered(&program, &server(), &["--image", "shop/app:2", "images.tar"]);
    let names = "docker.io%2Fshop%2Fapp%3A1%2Cdocker.io%2Fshop%2Fapp%3A2";
    assert_eq!(request.target, format!("/api/v1/images?reference={names}"));
}
