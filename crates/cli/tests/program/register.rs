//! `scan --register` at a server that answers as a test says.

use serde_json::json;
use test_support::{HttpMock, HttpRequest, Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::Program;

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

#[test]
fn an_image_of_an_archive_is_registered_under_each_of_its_names() {
    let program = Program::new();
    let text = "image shop/app:1\n layer\n  a =\nimage shop/app:2\n layer\n  a =\nimage bank/app:1\n layer\n  b =";
    program.write("images.tar", TestImages::parse(text, Storage::Gzip).docker_archive());
    let request = registered(&program, &server(), &["--image", "shop/app:2", "images.tar"]);
    let names = "docker.io%2Fshop%2Fapp%3A1%2Cdocker.io%2Fshop%2Fapp%3A2";
    assert_eq!(request.target, format!("/api/v1/images?reference={names}"));
}
