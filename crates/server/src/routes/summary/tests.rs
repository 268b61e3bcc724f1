//! Counts of the first page.

use serde_json::{Value, json};

use crate::sample::{SEVERE, index, intelligence};
use crate::testing::{As, TestServer};

const LEFT_PAD: &[(&str, &str)] = &[("left-pad", "1.2.0")];

fn servers() -> impl Iterator<Item = (TestServer, As)> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled)
}

fn filled(server: TestServer) -> (TestServer, As) {
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let admin = server.user("admin", &["administrator"]);
    server.policy(&admin, SEVERE);
    server.register(&admin, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    server.register(&admin, &index(2, "registry.example/bank/core:1", &[("right-pad", "1.0.0")])).expect(200);
    server.catch_up();
    (server, admin)
}

fn summary(server: &TestServer, who: &As, query: &str) -> Value {
    let answer = server.ask(who, "GET", &format!("/summary{query}"), json!(null));
    answer.expect(200);
    answer.body
}

#[test]
fn every_number_is_that_of_its_filter() {
    for (server, admin) in servers() {
        let told = summary(&server, &admin, "");
        let images = &told["images"];
        let since = told["deltas"]["since"].as_str().unwrap();
        for (number, filter) in [
            (&images["total"], "".to_owned()),
            (&images["decisions"]["deny"], "decision:deny".to_owned()),
            (&images["decisions"]["allow"], "decision:allow".to_owned()),
            (&images["severities"]["high"], "severity:high".to_owned()),
            (&images["severities"]["unknown"], "severity:unknown".to_owned()),
            (&images["known_exploited"], "kev:%3E0".to_owned()),
            (&images["fixable"], "fixable:%3E0".to_owned()),
            (&told["deltas"]["registered"], format!("registered:%3E={since}")),
            (&told["deltas"]["decided"]["deny"], format!("decision:deny%20decided:%3E={since}")),
        ] {
            let list = server.ask(&admin, "GET", &format!("/images?filter={filter}"), json!(null));
            assert_eq!(*number, list.body["total"], "{filter}: {told}");
        }
        assert_eq!((&images["total"], &images["fixable"]), (&json!(2), &json!(1)));
        assert_eq!(told["deltas"]["vulnerabilities"], 1);
        assert!(told["intelligence"]["age_seconds"].as_i64().unwrap() > 0);
        let later = summary(&server, &admin, "?since=2099-01-01T00:00:00Z");
        assert_eq!((&later["deltas"]["registered"], &later["deltas"]["vulnerabilities"]), (&json!(0), &json!(0)));
        server.ask(&admin, "GET", "/summary?since=yesterday", json!(null)).expect(422);
    }
}

#[test]
fn whoever_is_limited_to_an_application_gets_its_counts_alone() {
    for (server, admin) in servers() {
        let permissions = "images.read,findings.read,jobs.read,registries.read";
        let scoped = server.scoped_token(permissions, "bank", "bank/*");
        server.catch_up();
        let told = summary(&server, &scoped, "");
        assert_eq!((&told["images"]["total"], &told["images"]["decisions"]["deny"]), (&json!(1), &json!(0)));
        assert_eq!((&told["deltas"]["registered"], &told["deltas"]["vulnerabilities"]), (&json!(1), &json!(0)));
        for part in ["jobs", "registries", "exceptions"] {
            assert!(told.get(part).is_none(), "{part} belongs to no application: {told}");
        }
        let all = summary(&server, &admin, "");
        assert!(["jobs", "registries", "exceptions"].iter().all(|part| all.get(part).is_some()));
    }
}

#[test]
fn an_image_that_was_judged_before_the_count_existed_gets_it_by_its_next_evaluation() {
    for (server, admin) in servers() {
        let forget = |connection: &mut store::Connection| connection.execute("UPDATE images SET fixable = 0", &[]);
        server.app.store.write_blocking(store::Lane::Beside, forget).unwrap();
        assert_eq!(summary(&server, &admin, "")["images"]["fixable"], 0);
        let again = |connection: &mut store::Connection| store::evaluation::want(connection, "time");
        server.app.store.write_blocking(store::Lane::Beside, again).unwrap();
        server.catch_up();
        assert_eq!(summary(&server, &admin, "")["images"]["fixable"], 1);
    }
}

#[test]
fn what_is_new_is_counted_within_the_applications_however_much_is_new_elsewhere() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let ids: Vec<String> =
            (0..=store::summary::MOST_COUNTED).map(|number| format!("CVE-2026-{:05}", number + 10_000)).collect();
        let mut known = vec![("CVE-2026-0001", "right-pad", "2.0.0", "HIGH")];
        known.extend(ids.iter().map(|id| (id.as_str(), "left-pad", "1.3.0", "HIGH")));
        intelligence(&server, &known);
        server.catch_up();
        let admin = server.user("admin", &["administrator"]);
        server.register(&admin, &index(1, "registry.example/bank/core:1", &[("right-pad", "1.0.0")])).expect(200);
        server.register(&admin, &index(2, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
        let scoped = server.scoped_token("images.read,findings.read", "bank", "bank/*");
        server.catch_up();
        assert_eq!(summary(&server, &scoped, "")["deltas"]["vulnerabilities"], 1);
        assert_eq!(summary(&server, &admin, "")["deltas"]["vulnerabilities"], store::summary::MOST_COUNTED);
    }
}
