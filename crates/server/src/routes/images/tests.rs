//! Registering images and reading what is known of them.

use std::io::{Read as _, Write as _};

use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::routes::PREFIX;
use crate::sample::{SEVERE, digest, index, intelligence, report};
use crate::testing::{As, TestServer};

const LEFT_PAD: &[(&str, &str)] = &[("left-pad", "1.2.0"), ("xz", "5.6.1")];

const RIGHTS: &str = "images.read,images.write,images.approve,findings.read,verdicts.read,policies.read,policies.write,\
                      exceptions.read,exceptions.write";

fn server() -> (TestServer, As) {
    let server = TestServer::new();
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let everybody = server.token(RIGHTS);
    (server, everybody)
}

fn names(answer: &crate::testing::Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_registered_image_has_its_verdict_at_once_and_the_same_again_changes_nothing() {
    let (server, who) = server();
    server.policy(&who, SEVERE);
    server.catch_up();
    let first = server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD));
    first.expect(200);
    assert_eq!(first.body["decision"], "deny", "{}", first.body);
    assert_eq!(first.body["reasons"][0]["code"], "verdict.vulnerability.severity", "{}", first.body);
    assert_eq!(first.body["reasons"][0]["evidence"][0]["id"], "GHSA-aaaa-bbbb-cccc");
    assert!(first.body["intelligence"].is_number() && first.body["evaluated"].is_string());
    let again = server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD));
    assert_eq!(again.body, first.body);
    assert_eq!(server.trail().iter().filter(|line| line.starts_with("image.register")).count(), 1);
    let page = server.ask(&who, "GET", &format!("/images/{}/history", digest(1)), json!(null));
    assert_eq!(page.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(page.body["items"][0]["id"], first.body["id"]);
}

#[test]
fn what_is_missing_is_found_by_not_asking_for_it() {
    let (server, who) = server();
    intelligence(
        &server,
        &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH"), ("GHSA-dddd-eeee-ffff", "left-pad", "", "HIGH")],
    );
    server.catch_up();
    server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    let found = |filter: &str| {
        let path = format!("/images/{}/findings?filter={filter}", digest(1));
        let answer = server.ask(&who, "GET", &path, json!(null));
        answer.expect(200);
        answer.body["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("fixed_version:*"), ["GHSA-aaaa-bbbb-cccc"]);
    assert_eq!(found("-fixed_version:*"), ["GHSA-dddd-eeee-ffff"]);
    assert_eq!(found("-epss:%3E0.1").len(), 2, "what has no value is not above any");
}

#[test]
fn what_nobody_has_rated_is_counted_too() {
    let (server, who) = server();
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "")]);
    server.catch_up();
    server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    let counts = &image.body["counts"];
    assert_eq!((&counts["unrated"], &counts["high"]), (&json!(1), &json!(0)), "{counts}");
}

#[test]
fn everything_that_is_known_of_an_image_can_be_read() {
    let (server, who) = server();
    server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    assert_eq!(image.body["name"], "registry.example/shop/api:1");
    assert_eq!((&image.body["counts"]["high"], &image.body["severity"]), (&json!(1), &json!("high")));
    assert_eq!(image.body["names"][0]["tag"], "1");
    let packages = server.ask(&who, "GET", &format!("/images/{}/packages?limit=1", digest(1)), json!(null));
    assert_eq!(names(&packages), ["left-pad"]);
    let next = packages.body["next"].as_str().unwrap();
    let rest = server.ask(&who, "GET", &format!("/images/{}/packages?cursor={next}", digest(1)), json!(null));
    assert_eq!(names(&rest), ["xz"]);
    let findings = server.ask(
        &who,
        "GET",
        &format!("/images/{}/findings?filter=severity:%3E=high%20fixed_version:*", digest(1)),
        json!(null),
    );
    assert_eq!(findings.body["items"][0]["fixed_version"], "1.3.0", "{}", findings.body);
    assert_eq!(findings.body["total"], 1);
    let report = server.ask(&who, "GET", &format!("/images/{}/report", digest(1)), json!(null));
    assert_eq!(report.body["schema"], "bulkhead.report/1");
    assert_eq!(report.body["findings"].as_array().map(Vec::len), Some(1), "{}", report.body);
    let packages = server.ask(&who, "GET", "/packages?filter=name:xz%20version:5.6.1", json!(null));
    assert_eq!(packages.body["items"][0]["images"], 1, "{}", packages.body);
    let vulnerabilities = server.ask(&who, "GET", "/vulnerabilities", json!(null));
    assert_eq!(vulnerabilities.body["items"][0]["id"], "GHSA-aaaa-bbbb-cccc");
    let one = server.ask(&who, "GET", "/vulnerabilities/GHSA-aaaa-bbbb-cccc", json!(null));
    assert_eq!(one.body["touched"][0]["digest"], digest(1), "{}", one.body);
    server.ask(&who, "GET", "/vulnerabilities/CVE-1999-0001", json!(null)).expect(404);
}

#[test]
fn an_image_leads_to_the_code_and_the_build_that_it_is_from() {
    let (server, who) = server();
    let origin = "repository=https://git.example/shop&commit=ab12&build=https://ci.example/17";
    server
        .ask(&who, "POST", &format!("/images?{origin}"), index(1, "registry.example/shop/api:1", LEFT_PAD))
        .expect(200);
    let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    let source = json!({
        "kind": "pipeline",
        "repository": "https://git.example/shop",
        "commit": "ab12",
        "build": "https://ci.example/17",
    });
    assert_eq!(image.body["source"], source);
    for wrong in ["javascript:alert(1)", "ci.example/17", "data:text/html,x", "https://ci.example/a%20b"] {
        let answer = server.ask(&who, "POST", &format!("/images?build={wrong}"), index(2, "shop/api:2", LEFT_PAD));
        assert_eq!(answer.code(), "request.invalid", "{wrong}");
    }
}

#[test]
fn lists_are_filtered_sorted_searched_and_paged() {
    let (server, who) = server();
    for number in 1..=5 {
        let packages: &[(&str, &str)] = if number > 3 { LEFT_PAD } else { &[("xz", "5.4.0")] };
        server
            .register(&who, &index(number, &format!("registry.example/shop/api-{number}:v1.{number}"), packages))
            .expect(200);
    }
    let list = |query: &str| server.ask(&who, "GET", &format!("/images?{query}"), json!(null));
    assert_eq!(list("").body["total"], 5);
    for (filter, count) in [
        ("high:>0", 2),
        ("severity:>=high", 2),
        ("-severity:>=high", 3),
        ("repository:shop/*", 5),
        ("repository:*/api-2", 1),
        ("tag:v1.4,v1.5", 2),
        ("package:left-pad", 2),
        ("package_version:xz@5.4.0", 3),
        ("package_version:xz@5.*", 5),
        ("package_version:xz@5.6.2", 0),
        ("vulnerability:GHSA-aaaa-bbbb-cccc", 2),
        ("label:team=shop", 5),
        ("api", 5),
        ("shop%20api-3", 1),
        ("hop", 0),
        ("decision:unknown", 5),
        ("approval:not_approved", 0),
        ("registered:>=1h", 5),
        ("digest:sha256:0*", 5),
    ] {
        let answer = list(&format!("filter={}", filter.replace('>', "%3E")));
        answer.expect(200);
        assert_eq!(answer.body["items"].as_array().unwrap().len(), count, "{filter}: {}", answer.body);
        assert_eq!(answer.body["total"], count, "{filter}");
    }
    for sort in ["name", "-name", "high", "-high", "registered", "-evaluated", "decision", "-severity", "critical"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = list(&format!("limit=2&sort={sort}{cursor}"));
            answer.expect(200);
            seen.extend(names(&answer));
            match answer.body["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((count, seen.len()), (5, 5), "{sort}");
    }
    let answer = list("filter=colour:red");
    assert_eq!((answer.status, answer.code()), (400, "request.filter"));
    let next = list("limit=2&sort=high").body["next"].as_str().unwrap().to_owned();
    for query in [format!("cursor={next}"), "cursor=nonsense".to_owned(), "cursor=AAAA".to_owned()] {
        assert_eq!(list(&query).code(), "request.cursor", "{query}");
    }
}

#[test]
fn what_is_no_index_is_refused_and_says_why() {
    let (server, who) = server();
    let refused = |body: &Value, part: &str| {
        let answer = server.register(&who, body);
        assert!((400..500).contains(&answer.status), "{}", answer.body);
        assert!(answer.body["detail"].as_str().unwrap().contains(part), "{}", answer.body);
    };
    refused(&json!({}), "schema");
    refused(&json!({ "schema": "bulkhead.report/9" }), "bulkhead.report/9");
    refused(&json!({ "bomFormat": "CycloneDX" }), "bill of materials");
    let mut no_digest = index(1, "a", &[]);
    no_digest["target"].as_object_mut().unwrap().remove("digest");
    refused(&no_digest, "digest");
    let mut wrong = index(1, "a", &[]);
    wrong["target"]["digest"] = json!("sha256:../../etc/passwd");
    refused(&wrong, "digest");
    let mut host = index(1, "a", &[]);
    host["target"]["kind"] = json!("host");
    refused(&host, "images alone");
    let send = |kind: &str, encoding: Option<&str>, body: Vec<u8>| {
        let mut request =
            Request::builder().method("POST").uri(format!("{PREFIX}/images")).header("content-type", kind);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        server.send(&who, request, body)
    };
    assert_eq!(send("text/plain", None, b"{}".to_vec()).status, 415);
    assert_eq!(send("application/json", Some("br"), b"{}".to_vec()).status, 415);
    assert_eq!(send("application/json", Some("gzip"), b"no gzip".to_vec()).status, 400);
    assert_eq!(send("application/json", Some("zstd"), b"no zstd".to_vec()).status, 400);
    assert_eq!(send("application/json", None, "[".repeat(100_000).into_bytes()).status, 400);
    let deep = format!("{{\"schema\":{}", "[".repeat(100_000));
    assert_eq!(send("application/json", None, deep.into_bytes()).status, 400);
    assert_eq!(send("application/json", None, vec![0xff; 10]).status, 400);
    // A bomb: small on the way, too large when it is inflated.
    let bomb = zstd::stream::encode_all(std::io::repeat(b' ').take(70 << 20), 1).unwrap();
    assert_eq!(send("application/json", Some("zstd"), bomb).status, 413);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..70 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    assert_eq!(send("application/json", Some("gzip"), bomb.finish().unwrap()).status, 413);
    assert_eq!(server.ask(&who, "GET", "/images", json!(null)).body["total"], 0, "nothing of it was kept");
    let good = serde_json::to_vec(&index(1, "shop/api:1", LEFT_PAD)).unwrap();
    send("application/json", Some("zstd"), zstd::bulk::compress(&good, 3).unwrap()).expect(200);
}

#[test]
fn the_findings_of_an_image_are_put_in_order_and_paged() {
    for (server, who) in servers() {
        let known: &[(&str, &str, &str, &str)] = &[
            ("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "LOW"),
            ("GHSA-bbbb-bbbb-cccc", "right-pad", "1.3.0", "CRITICAL"),
            ("GHSA-cccc-bbbb-cccc", "center", "1.3.0", "HIGH"),
        ];
        intelligence(&server, known);
        server.catch_up();
        let packages = [("left-pad", "1.0.0"), ("right-pad", "1.0.0"), ("center", "1.0.0")];
        server.register(&who, &index(1, "shop/api:1", &packages)).expect(200);
        let path = format!("/images/{}/findings", digest(1));
        let ids = |sort: &str, limit: u32| {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = server.ask(&who, "GET", &format!("{path}?limit={limit}&sort={sort}{cursor}"), json!(null));
                page.expect(200);
                assert_eq!(page.body["total"], if cursor.is_empty() { json!(3) } else { json!(null) });
                let items = page.body["items"].as_array().unwrap();
                found.extend(items.iter().map(|item| item["id"].as_str().unwrap()[5..6].to_owned()));
                match page.body["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return found.concat(),
                }
            }
        };
        for limit in [1, 2, 50] {
            let orders = ["-severity", "severity", "id", "-id", "package", "-package"].map(|sort| ids(sort, limit));
            assert_eq!(orders, ["bca", "acb", "abc", "cba", "cab", "bac"], "{limit}");
        }
        let first = server.ask(&who, "GET", &format!("{path}?limit=1&sort=id"), json!(null));
        let next = first.body["next"].as_str().unwrap();
        let other = server.ask(&who, "GET", &format!("{path}?limit=1&sort=-id&cursor={next}"), json!(null));
        assert_eq!(other.status, 400, "{}", other.body);
        assert_eq!(server.ask(&who, "GET", &format!("{path}?sort=status"), json!(null)).status, 422);
    }
}

#[test]
fn an_index_cannot_bring_its_own_verdict_or_exceptions() {
    let (server, who) = server();
    server.policy(&who, SEVERE);
    let mut report = report(1, "shop/api:1", LEFT_PAD);
    report.verdict = Some(model::Verdict { decision: model::Decision::Allow, ..model::Verdict::default() });
    report.detectors.insert(model::FindingKind::Vulnerability);
    let answer = server.register(&who, &formats::report_document(&report));
    answer.expect(200);
    assert_eq!(answer.body["decision"], "deny", "{}", answer.body);
}

#[test]
fn hostile_names_are_data() {
    let (server, who) = server();
    let packages: &[(&str, &str)] = &[("x'; DROP TABLE images; --", "1"), ("%_\\", "$1"), ("\u{202e}evil", "0")];
    server.register(&who, &index(1, "shop/api:1", packages)).expect(200);
    assert_eq!(server.ask(&who, "GET", "/images", json!(null)).body["total"], 1);
    for filter in ["'%20OR%201=1", "%25", "name:%22*'*%22", "$1", "package:%22%25_%5C%5C%22", "\u{202e}evil"] {
        let answer = server.ask(
            &who,
            "GET",
            &format!("/images?filter={}", filter.replace('\u{202e}', "%E2%80%AE")),
            json!(null),
        );
        assert!(answer.status < 500, "{filter}: {}", answer.body);
    }
}

#[test]
fn without_intelligence_the_verdict_says_that_nothing_was_looked_for() {
    let server = TestServer::new();
    let who = server.token("images.write,policies.write");
    server.policy(&who, SEVERE);
    let answer = server.register(&who, &index(1, "shop/api:1", LEFT_PAD));
    answer.expect(200);
    assert_eq!(answer.body["decision"], "deny");
    assert_eq!(answer.body["reasons"][0]["code"], "verdict.not_looked_for", "{}", answer.body);
    assert_eq!(answer.body["intelligence"], Value::Null);
}

#[test]
fn what_nobody_registered_is_denied() {
    let (server, who) = server();
    let answer = server.ask(&who, "GET", &format!("/verdict?image=shop/api@{}", digest(9)), json!(null));
    answer.expect(200);
    assert_eq!(
        (&answer.body["decision"], &answer.body["reasons"][0]["code"]),
        (&json!("deny"), &json!("verdict.image_not_registered"))
    );
    let answer = server.ask(&who, "GET", "/verdict?image=shop/api:latest", json!(null));
    assert_eq!((answer.status, answer.code()), (422, "request.invalid"));
}

#[test]
fn a_tag_that_moves_is_told_and_its_new_digest_is_not_approved() {
    let (server, who) = server();
    server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    server.ask(&who, "POST", &format!("/images/{}/approval", digest(1)), json!({ "comment": "tested" })).expect(204);
    server.catch_up();
    let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    assert_eq!(image.body["approval"], "approved");
    let moved = server.register(&who, &index(2, "registry.example/shop/api:1", &[("xz", "5.4.0")]));
    moved.expect(200);
    assert_eq!(moved.body["decision"], "deny");
    assert_eq!(moved.body["reasons"][0]["code"], "verdict.digest_not_approved");
    let former = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    assert_eq!(former.body["names"][0]["is_current"], false, "the tag has moved on");
    let found = server.ask(&who, "GET", "/images?filter=approval:not_approved", json!(null));
    assert_eq!(found.body["items"][0]["digest"], digest(2));
    server.ask(&who, "POST", &format!("/images/{}/approval", digest(2)), json!({})).expect(204);
    server.catch_up();
    assert_eq!(server.decision(&who, 2), "unknown", "approved, and no policy was asked");
    server.ask(&who, "DELETE", &format!("/images/{}/approval", digest(2)), json!(null)).expect(204);
    server.catch_up();
    assert_eq!(server.decision(&who, 2), "deny");
    assert!(server.trail().contains(&"image.approve done".to_owned()));
    let events = server.app.store.read_blocking(|connection| store::events::behind(connection, 0, 100)).unwrap();
    assert!(events.iter().any(|event| event.topic == "tag.moved" && event.object_id == digest(2)));
}

#[test]
fn each_move_of_a_tag_is_a_record_also_back_to_an_image_that_is_known() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let who = server.token("images.write,audit.read");
        let tag = "registry.example/shop/api:1";
        for number in [1, 2, 1, 1] {
            server.register(&who, &index(number, tag, LEFT_PAD)).expect(200);
        }
        let list = server.ask(&who, "GET", "/audit?filter=action:image.register", json!(null));
        list.expect(200);
        let records = list.body["items"].as_array().unwrap();
        let told: Vec<_> = records.iter().map(|record| (&record["object_id"], &record["before"])).collect();
        let before = |number: u32| json!({ "tags": { tag: digest(number) } });
        let expected = [(digest(1), before(2)), (digest(2), before(1)), (digest(1), json!(null))];
        assert_eq!(told.len(), expected.len(), "what changes nothing is no record: {told:?}");
        for ((id, moved), (image, from)) in told.into_iter().zip(&expected) {
            assert_eq!((id, moved), (&json!(image), from));
        }
    }
}

#[test]
fn a_pipeline_does_not_replace_what_the_own_scan_found() {
    let (server, who) = server();
    server.policy(&who, SEVERE);
    let registration = crate::registration::Registration {
        references: Vec::new(),
        source: crate::registration::Source::Registry { id: "r".to_owned() },
        index: serde_json::to_vec(&index(1, "registry.example/shop/api:1", LEFT_PAD)).unwrap(),
        may_be_another: false,
        platforms: None,
    };
    let actor =
        store::audit::Actor { kind: "token".into(), id: "w".into(), name: "w".into(), address: None, request: None };
    server.run(crate::registration::register(&server.app, &actor, registration)).unwrap();
    let emptied = server.register(&who, &index(1, "registry.example/shop/other:2", &[]));
    emptied.expect(200);
    assert_eq!(emptied.body["decision"], "deny", "the packages of the own scan count");
    let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    assert_eq!((&image.body["packages"], image.body["names"].as_array().unwrap().len()), (&json!(2), 2));
}

#[test]
fn whoever_is_limited_to_an_application_sees_and_registers_nothing_else() {
    let (server, who) = server();
    server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    server.register(&who, &index(2, "registry.example/bank/core:1", LEFT_PAD)).expect(200);
    let rights = "images.read,images.write,images.approve,findings.read,verdicts.read";
    let scoped = server.scoped_token(rights, "shop", "shop/*");
    assert_eq!(server.ask(&scoped, "GET", "/images", json!(null)).body["total"], 0, "before its images are found");
    server.catch_up();
    let list = server.ask(&scoped, "GET", "/images", json!(null));
    assert_eq!((names(&list), &list.body["total"]), (vec!["registry.example/shop/api:1".to_owned()], &json!(1)));
    assert_eq!(server.ask(&scoped, "GET", "/images?filter=bank", json!(null)).body["total"], 0);
    for path in ["", "/packages", "/findings", "/history", "/report"] {
        server.ask(&scoped, "GET", &format!("/images/{}{path}", digest(1)), json!(null)).expect(200);
        server.ask(&scoped, "GET", &format!("/images/{}{path}", digest(2)), json!(null)).expect(404);
    }
    server.ask(&scoped, "DELETE", &format!("/images/{}", digest(2)), json!(null)).expect(404);
    let verdict = server.ask(&scoped, "GET", &format!("/verdict?image={}", digest(2)), json!(null));
    assert_eq!(verdict.body["reasons"][0]["code"], "verdict.image_not_registered", "as if there were none");
    let packages = server.ask(&scoped, "GET", "/packages?filter=name:xz", json!(null));
    assert_eq!(packages.body["items"][0]["images"], 1);
    let vulnerability = server.ask(&scoped, "GET", "/vulnerabilities/GHSA-aaaa-bbbb-cccc", json!(null));
    assert_eq!(
        (&vulnerability.body["images"], vulnerability.body["touched"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
    server.register(&scoped, &index(3, "registry.example/shop/web:1", LEFT_PAD)).expect(200);
    server.ask(&scoped, "GET", &format!("/images/{}", digest(3)), json!(null)).expect(200);
    let answer = server.register(&scoped, &index(4, "registry.example/bank/web:1", LEFT_PAD));
    assert_eq!((answer.status, answer.code()), (403, "access.forbidden"));
    // Nor by a name beside one's own, which would say what that repository's tag names.
    let both = "/images?reference=registry.example/shop/web:2,registry.example/bank/core:1";
    let answer = server.ask(&scoped, "POST", both, index(4, "x", LEFT_PAD));
    assert_eq!((answer.status, answer.code()), (403, "access.forbidden"));
    let core = server.ask(&who, "GET", &format!("/images/{}", digest(2)), json!(null));
    assert_eq!(core.body["names"][0]["is_current"], true);
    // Nor under a name of one's own with other contents, which would replace what is known of another's image.
    let answer = server.register(&scoped, &index(2, "registry.example/shop/core:1", &[]));
    assert_eq!((answer.status, answer.code()), (403, "access.forbidden"));
    let core = server.ask(&who, "GET", &format!("/images/{}", digest(2)), json!(null));
    assert_eq!((&core.body["packages"], core.body["names"].as_array().unwrap().len()), (&json!(2), 1));
    // One's own can be described anew.
    server.register(&scoped, &index(1, "registry.example/shop/api:1", &[])).expect(200);
}

#[test]
fn whoever_is_limited_to_an_application_does_not_remove_what_others_have_too() {
    let (server, who) = server();
    for reference in ["registry.example/shop/copy:1", "registry.example/bank/ledger:1"] {
        server.register(&who, &index(1, reference, LEFT_PAD)).expect(200);
    }
    server.register(&who, &index(2, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    let scoped = server.scoped_token("images.read,images.write,images.approve", "shop", "shop/*");
    server.catch_up();
    let shared = format!("/images/{}", digest(1));
    server.ask(&scoped, "GET", &shared, json!(null)).expect(200);
    let answer = server.ask(&scoped, "DELETE", &shared, json!(null));
    assert_eq!((answer.status, answer.code()), (403, "access.forbidden"), "{}", answer.body);
    let bulk = json!({ "action": "delete", "filter": "", "expected": 2, "comment": "" });
    server.ask(&scoped, "POST", "/images/bulk", bulk).expect(202);
    server.do_jobs();
    server.ask(&who, "GET", &shared, json!(null)).expect(200);
    server.ask(&who, "GET", &format!("/images/{}", digest(2)), json!(null)).expect(404);
    // Whoever registers, as pipelines do, removes nothing.
    let pipeline = server.token("images.read,images.write");
    server.ask(&pipeline, "DELETE", &shared, json!(null)).expect(403);
    server.ask(&who, "DELETE", &shared, json!(null)).expect(204);
}

/// Policies and approvals hold by repository: a copy of an image elsewhere is another matter.
#[test]
fn a_verdict_is_on_the_name_that_is_asked() {
    for (server, who) in servers() {
        let production = SEVERE.replace("name: severe", "name: production").replace(
            "controls:",
            "scope:\n  variables:\n    - attribute: image.repository\n      value: prod/*\ncontrols:",
        );
        server.policy(&who, &production);
        server.policy(&who, &SEVERE.replace("high", "critical"));
        server.catch_up();
        server.register(&who, &index(1, "registry.example/shop/web:1", LEFT_PAD)).expect(200);
        server.register(&who, &index(2, "registry.example/shop/api:1", &[])).expect(200);
        let approval = json!({ "comment": "" });
        server.ask(&who, "POST", &format!("/images/{}/approval", digest(2)), approval).expect(204);
        server.catch_up();
        let ask = |name: &str| {
            let plain = server.ask(&who, "GET", &format!("/verdict?image={name}{}", digest(1)), json!(null));
            plain.expect(200);
            let signed = server.ask(&who, "GET", &format!("/verdict/signed?image={name}{}", digest(1)), json!(null));
            let payload = STANDARD.decode(signed.body["payload"].as_str().unwrap()).unwrap();
            let statement: Value = serde_json::from_slice(&payload).unwrap();
            assert_eq!(statement["decision"], plain.body["decision"], "{name}");
            let (decision, subject) = (&plain.body["decision"], &plain.body["subject"]);
            [decision, subject].map(|text| text.as_str().unwrap().to_owned())
        };
        let own = format!("registry.example/shop/web@{}", digest(1));
        for name in ["", "registry.example/shop/web@", "registry.example/shop/web:7@"] {
            assert_eq!(ask(name)[0], "allow", "{name}");
        }
        assert_eq!(ask("registry.example/prod/web@"), ["deny".to_owned(), own.replace("shop", "prod")]);
        assert_eq!(ask("registry.example/shop/api@")[0], "deny", "another digest is approved there");
        assert_eq!(ask("mirror.example/shop/web@")[0], "allow");
        let answer = server.ask(&who, "GET", &format!("/verdict?image=a%20b@{}", digest(1)), json!(null));
        assert_eq!(answer.code(), "request.invalid");
    }
}

/// Images have whatever their authors wrote; a database need not take all of it.
#[test]
fn signs_that_a_database_cannot_keep_keep_no_image_out() {
    for (server, who) in servers() {
        let mut odd = index(1, "registry.example/shop/odd:1", LEFT_PAD);
        odd["os"] = json!({ "id": "debian", "version": noise(6000), "name": "Debian" });
        odd["image"]["labels"] = json!({ "team": "a\u{0}b", "long": noise(5000) });
        odd["packages"][0]["version"] = noise(5000).into();
        odd["packages"][1]["name"] = "x\u{0}z".into();
        let answer = server.register(&who, &odd);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found = server.ask(&who, "GET", "/images?filter=label:team=a*", json!(null));
        assert_eq!(found.body["total"], 1, "{}", found.body);
        for path in ["/images?filter=name:%22a%00b%22", "/search?q=a%00b", "/packages?filter=a%00b"] {
            assert_eq!(server.ask(&who, "GET", path, json!(null)).status, 400, "{path}");
        }
        server.ask(&who, "GET", "/images/a%00b", json!(null)).expect(404);
        let login = json!({ "name": "a\u{0}b", "password": "x" });
        assert_eq!(server.ask(&who, "POST", "/sessions", login).code(), "request.malformed");
    }
}

/// Letters that do not compress.
fn noise(length: usize) -> String {
    let mut state = 1_u32;
    let letter = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (state >> 24) as u8 % 26)
    };
    (0..length).map(letter).collect()
}

fn servers() -> Vec<(TestServer, As)> {
    let filled = |server: TestServer| {
        intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
        server.catch_up();
        let who = server.token(RIGHTS);
        (server, who)
    };
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled).collect()
}

#[test]
fn an_approved_image_stays_until_its_approval_is_taken_back() {
    let (server, who) = server();
    server.register(&who, &index(1, "registry.example/shop/api:1", LEFT_PAD)).expect(200);
    let (image, approval) = (format!("/images/{}", digest(1)), format!("/images/{}/approval", digest(1)));
    server.ask(&who, "POST", &approval, json!({})).expect(204);
    let kept = server.ask(&who, "DELETE", &image, json!(null));
    assert_eq!((kept.status, kept.code()), (409, "object.in_use"));
    server.ask(&who, "DELETE", &approval, json!(null)).expect(204);
    server.ask(&who, "DELETE", &image, json!(null)).expect(204);
}

#[test]
fn a_removed_image_leaves_nothing_but_its_verdicts() {
    let (server, who) = server();
    server.register(&who, &index(1, "shop/api:1", LEFT_PAD)).expect(200);
    server.ask(&who, "DELETE", &format!("/images/{}", digest(1)), json!(null)).expect(204);
    server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null)).expect(404);
    assert_eq!(server.ask(&who, "GET", "/packages", json!(null)).body["items"], json!([]));
    assert_eq!(server.ask(&who, "GET", "/vulnerabilities", json!(null)).body["items"], json!([]));
    assert_eq!(server.decision(&who, 1), "deny");
    let path = format!("/images/{}/history", digest(1));
    let kept = server.ask(&who, "GET", &path, json!(null));
    kept.expect(200);
    assert_eq!(kept.body["items"].as_array().unwrap().len(), 1, "{}", kept.body);
    assert_eq!(kept.body["items"][0]["digest"], digest(1));
    let scoped = server.scoped_token("images.read,verdicts.read", "shop", "shop/*");
    server.ask(&scoped, "GET", &path, json!(null)).expect(404);
    server.ask(&who, "GET", &format!("/images/{}/history", digest(7)), json!(null)).expect(404);
    server.register(&who, &index(1, "shop/api:1", LEFT_PAD)).expect(200);
    assert_eq!(server.ask(&who, "GET", &path, json!(null)).body["items"].as_array().unwrap().len(), 2);
}

#[test]
fn an_approval_without_a_repository_leaves_no_record() {
    let (server, who) = server();
    server.register(&who, &index(1, "no name of an image", LEFT_PAD)).expect(200);
    let image = server.ask(&who, "GET", &format!("/images/{}", digest(1)), json!(null));
    assert_eq!(image.body["names"], json!([]));
    let answer = server.ask(&who, "POST", &format!("/images/{}/approval", digest(1)), json!({}));
    assert_eq!((answer.status, answer.code()), (409, "object.state"));
    assert!(!server.trail().iter().any(|line| line.starts_with("image.approve")), "{:?}", server.trail());
}
