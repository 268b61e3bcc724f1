//! Repositories, findings over all images, comparison.

use model::{Finding, SecretFinding, SecretLocation, Severity};
use serde_json::{Value, json};

use crate::sample::{SEVERE, digest, index, intelligence, report};
use crate::testing::{As, TestServer};

fn with_secret(number: u32, name: &str, rule: &str) -> Value {
    let mut report = report(number, name, &[]);
    report.findings.push(Finding::Secret(SecretFinding {
        location: SecretLocation::File,
        path: "app/key".into(),
        line: Some(1),
        rule: rule.into(),
        title: "A key".into(),
        matched: "AKIA****".into(),
        number: None,
        severity: Severity::Critical,
        category: "cloud".into(),
        layer: Some(0),
        removed_in: None,
        excepted_by: None,
    }));
    formats::report_document(&report)
}

fn servers() -> impl Iterator<Item = (TestServer, As)> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled)
}

fn filled(server: TestServer) -> (TestServer, As) {
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let admin = server.user("admin", &["administrator"]);
    server.policy(&admin, SEVERE);
    server.catch_up();
    (server, admin)
}

#[test]
fn repositories_are_listed_with_what_their_images_are() {
    for (server, admin) in servers() {
        for (number, name, version) in [
            (1, "a.example/shop/api:1", "1.2.0"),
            (2, "a.example/shop/api:2", "1.3.0"),
            (3, "b.example/bank:1", "1.3.0"),
        ] {
            server.register(&admin, &index(number, name, &[("left-pad", version)])).expect(200);
        }
        let list = |who: &As, query: &str| server.ask(who, "GET", &format!("/repositories{query}"), json!(null)).body;
        let all = list(&admin, "");
        assert_eq!(all["items"].as_array().unwrap().len(), 2, "{all}");
        let shop = &all["items"][0];
        assert_eq!((&shop["repository"], &shop["images"], &shop["tags"]), (&json!("shop/api"), &json!(2), &json!(2)));
        assert_eq!((&shop["denied"], &shop["severity"]), (&json!(1), &json!("high")));
        let first = list(&admin, "?limit=1");
        let next = first["next"].as_str().unwrap();
        assert_eq!(list(&admin, &format!("?limit=1&cursor={next}"))["items"][0]["registry"], "b.example");
        for filter in ["registry:b.example", "bank", "repository:ban*"] {
            let found = list(&admin, &format!("?filter={filter}"));
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{filter}: {found}");
        }
        let scoped = server.scoped_token("images.read", "bank", "bank");
        server.catch_up();
        let own = list(&scoped, "");
        assert_eq!((own["items"].as_array().unwrap().len(), &own["items"][0]["repository"]), (1, &json!("bank")));
    }
}

#[test]
fn findings_are_listed_over_all_images() {
    for (server, admin) in servers() {
        server.register(&admin, &with_secret(1, "a.example/shop/api:1", "aws-access-key-id")).expect(200);
        server.register(&admin, &with_secret(2, "a.example/bank:1", "private-key")).expect(200);
        server.register(&admin, &index(3, "a.example/web:1", &[("left-pad", "1.2.0")])).expect(200);
        let list = |who: &As, query: &str| {
            let answer = server.ask(who, "GET", &format!("/findings{query}"), json!(null));
            answer.expect(200);
            answer.body
        };
        let all = list(&admin, "");
        assert_eq!(all["total"], 2, "vulnerabilities have lists of their own: {all}");
        assert_eq!(all["items"][0]["finding"]["id"], "aws-access-key-id");
        assert_eq!(all["items"][0]["finding"]["layer"], 0);
        assert_eq!(
            (&all["items"][0]["image"], &all["items"][0]["digest"]),
            (&json!("a.example/shop/api:1"), &json!(digest(1)))
        );
        let first = list(&admin, "?filter=kind:secret&limit=1");
        let next = first["next"].as_str().unwrap();
        let second = list(&admin, &format!("?filter=kind:secret&limit=1&cursor={next}"));
        assert_eq!((&second["items"][0]["finding"]["id"], &second["next"]), (&json!("private-key"), &json!(null)));
        for filter in ["id:private-key", "repository:bank", "image:a.example/bank*", "private"] {
            let found = list(&admin, &format!("?filter={filter}"));
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{filter}: {found}");
        }
        assert_eq!(list(&admin, "?filter=kind:malware")["items"], json!([]));
        server.ask(&admin, "GET", "/findings?filter=kind:vulnerability", json!(null)).expect(400);
        let scoped = server.scoped_token("findings.read", "bank", "bank");
        server.catch_up();
        let own = list(&scoped, "");
        assert_eq!((&own["total"], &own["items"][0]["finding"]["id"]), (&json!(1), &json!("private-key")));
    }
}

#[test]
fn two_images_are_compared_as_reports_are() {
    for (server, admin) in servers() {
        server
            .register(&admin, &index(1, "a.example/shop/api:1", &[("left-pad", "1.2.0"), ("gone", "1.0.0")]))
            .expect(200);
        server
            .register(&admin, &index(2, "a.example/shop/api:2", &[("left-pad", "1.3.0"), ("new", "1.0.0")]))
            .expect(200);
        let path = format!("/images/compare?old={}&new={}", digest(1), digest(2));
        let told = server.ask(&admin, "GET", &path, json!(null));
        told.expect(200);
        assert_eq!(told.body["schema"], "bulkhead.diff/1");
        assert_eq!(told.body["findings"]["removed"][0]["id"], "GHSA-aaaa-bbbb-cccc", "{}", told.body);
        assert_eq!(told.body["findings"]["added"], json!([]));
        assert_eq!(told.body["packages"]["added"][0]["name"], "new");
        assert_eq!(told.body["packages"]["removed"][0]["name"], "gone");
        assert_eq!(told.body["packages"]["changed"][0]["new"], "1.3.0");
        let scoped = server.scoped_token("images.read", "bank", "bank");
        server.catch_up();
        server.ask(&scoped, "GET", &path, json!(null)).expect(404);
        server.ask(&admin, "GET", &format!("/images/compare?old={}&new=sha256:0", digest(1)), json!(null)).expect(404);
    }
}
