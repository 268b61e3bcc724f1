//! Exports, each against both stores.

use serde_json::{Value, json};

use crate::clock;
use crate::sample::{Known, index, intelligence};
use crate::testing::{As, TestServer};

const RIGHTS: &str = "images.read,images.write,findings.read,verdicts.read,audit.read,jobs.read";

/// More findings of one image than are read at once.
const MANY: usize = 1100;

/// Servers with three images, one of them with more packages and findings than a page.
fn servers() -> Vec<(TestServer, As)> {
    let filled = |server: TestServer| {
        let ids: Vec<String> = (0..MANY).map(|number| format!("GHSA-{number:04}-bbbb-cccc")).collect();
        let known: Vec<Known<'_>> = ids.iter().map(|id| (id.as_str(), "left-pad", "1.3.0", "HIGH")).collect();
        intelligence(&server, &known);
        server.catch_up();
        let who = server.token(RIGHTS);
        let names: Vec<String> = (0..1300).map(|number| format!("package-{number:04}")).collect();
        let mut packages: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1.0.0")).collect();
        packages.push(("left-pad", "1.0.0"));
        packages.push(("=cmd()", "1.0.0"));
        server.register(&who, &index(1, "registry.example/shop/api:1", &packages)).expect(200);
        server.register(&who, &index(2, "registry.example/bank/api:1", &[("left-pad", "1.2.0")])).expect(200);
        server.register(&who, &index(3, "registry.example/bank/clean:1", &[("right-pad", "1")])).expect(200);
        (server, who)
    };
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled).collect()
}

fn text(server: &TestServer, who: &As, path: &str) -> String {
    let answer = server.ask(who, "GET", path, json!(null));
    answer.expect(200);
    match answer.body {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[test]
fn every_row_of_a_filter_is_there_and_no_formula() {
    for (server, who) in servers() {
        let findings = text(&server, &who, "/findings/export?format=jsonl");
        let rows: Vec<Value> = findings.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0]["export"], "findings");
        assert!(rows[0]["as_of"].as_str().unwrap().ends_with('Z'));
        assert_eq!(rows.len(), 1 + 2 * MANY);
        assert_eq!(rows[1]["layer"], 0, "{}", rows[1]);
        let mut seen: Vec<(&str, &str)> =
            rows[1..].iter().map(|row| (row["digest"].as_str().unwrap(), row["id"].as_str().unwrap())).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 2 * MANY, "each once");

        let of_one = text(&server, &who, "/findings/export?format=csv&images=repository:bank/*&filter=severity:high");
        let lines: Vec<&str> = of_one.split("\r\n").collect();
        assert!(lines[0].starts_with("# bulkhead.export/1 findings; as of 20"), "{}", lines[0]);
        assert!(lines[0].ends_with("filter: severity:high; images: repository:bank/*"), "{}", lines[0]);
        assert!(lines[1].starts_with("image,digest,kind,id,severity,"));
        assert!(lines[1].contains(",fixed_version,layer,excepted_by,"), "{}", lines[1]);
        assert_eq!(lines.len(), 2 + MANY + 1);
        assert!(text(&server, &who, "/findings/export?format=csv&filter=severity:low").split("\r\n").count() == 3);

        let packages = text(&server, &who, "/packages/export?format=csv");
        assert_eq!(packages.split("\r\n").count(), 2 + 1304 + 1, "1302 of one, another left-pad, a right-pad");
        assert!(packages.contains("\r\n\"'=cmd()\",1.0.0,npm,"), "a formula is led by an apostrophe");
        let images = text(&server, &who, "/images/export?format=csv&filter=repository:bank/*");
        assert_eq!(images.split("\r\n").count(), 2 + 2 + 1, "{images}");
        let vulnerabilities = text(&server, &who, "/vulnerabilities/export?format=jsonl&filter=severity:high");
        assert_eq!(vulnerabilities.lines().count(), 1 + MANY);
    }
}

#[test]
fn an_export_has_the_order_of_its_list() {
    for (server, who) in servers() {
        let rows = |path: &str| -> Vec<Value> {
            text(&server, &who, path).lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let listed = |path: &str, key: &str| -> Vec<Value> {
            let answer = server.ask(&who, "GET", path, json!(null));
            answer.expect(200);
            answer.body["items"].as_array().unwrap().iter().map(|item| item[key].clone()).collect()
        };
        for sort in ["name", "-name", "-critical", "high", "-high", "registered", "-registered"] {
            let exported = rows(&format!("/images/export?format=jsonl&sort={sort}"));
            let exported: Vec<Value> = exported.iter().map(|row| row["digest"].clone()).collect();
            assert_eq!(exported, listed(&format!("/images?sort={sort}"), "digest"), "{sort}");
        }
        for sort in ["-severity", "-first_seen"] {
            let exported = rows(&format!("/vulnerabilities/export?format=jsonl&sort={sort}"));
            assert_eq!(exported.len(), MANY);
            let first: Vec<Value> = exported.iter().take(100).map(|row| row["id"].clone()).collect();
            assert_eq!(first, listed(&format!("/vulnerabilities?limit=100&sort={sort}"), "id"), "{sort}");
        }
        let mut by_image: Vec<Value> =
            rows("/findings/export?format=jsonl&sort=-name").iter().map(|row| row["image"].clone()).collect();
        assert_eq!(by_image.len(), 2 * MANY, "each once");
        by_image.dedup();
        assert_eq!(by_image, ["registry.example/shop/api:1", "registry.example/bank/api:1"]);
        let csv = text(&server, &who, "/images/export?format=csv&sort=-name");
        assert!(csv.lines().next().unwrap().ends_with("filter: ; sort: -name"), "{csv}");
        // A job takes it too, and says so.
        let job = server.ask(&who, "POST", "/images/export", json!({ "format": "csv", "sort": "-name" }));
        job.expect(202);
        assert_eq!(job.body["work"]["sort"], "-name");
        server.do_jobs();
        let made = text(&server, &who, &format!("/me/jobs/{}/output", job.body["id"].as_str().unwrap()));
        let behind_head = |text: &str| text.split_once("\r\n").unwrap().1.to_owned();
        assert_eq!(behind_head(&made), behind_head(&csv));
    }
}

#[test]
fn sarif_has_a_result_for_each_finding() {
    for (server, who) in servers() {
        let text = text(&server, &who, "/findings/export?format=sarif&images=repository:bank/*");
        let log: Value = serde_json::from_str(&text).unwrap();
        let run = &log["runs"][0];
        assert_eq!((&log["version"], &run["tool"]["driver"]["name"]), (&json!("2.1.0"), &json!("Bulkhead")));
        assert_eq!(run["results"].as_array().unwrap().len(), MANY);
        let result = &run["results"][0];
        assert_eq!((&result["level"], &result["properties"]["severity"]), (&json!("error"), &json!("high")));
        assert_eq!(result["properties"]["image"], "registry.example/bank/api:1");
        assert_eq!(run["properties"]["images"], "repository:bank/*");
        let none = server.ask(&who, "GET", "/findings/export?format=sarif&filter=severity:low", json!(null));
        assert_eq!(none.body["runs"][0]["results"], json!([]));
        assert_eq!(server.ask(&who, "GET", "/images/export?format=sarif", json!(null)).code(), "request.invalid");
    }
}

#[test]
fn an_export_keeps_to_the_scopes_of_whoever_asks() {
    for (server, _) in servers() {
        let shop = server.scoped_token("images.read,findings.read", "shop", "shop/*");
        server.catch_up();
        let images = text(&server, &shop, "/images/export?format=jsonl");
        assert_eq!(images.lines().count(), 2, "{images}");
        assert!(!text(&server, &shop, "/findings/export?format=csv").contains("bank"));
        assert!(!text(&server, &shop, "/packages/export?format=csv").contains("right-pad"));
        server.ask(&shop, "GET", "/audit/export?format=csv", json!(null)).expect(403);
        let auditor = server.scoped_token("audit.read", "bank", "bank/*");
        for (method, path) in [("GET", "/audit"), ("GET", "/audit/export?format=csv"), ("POST", "/audit/export")] {
            let answer = server.ask(&auditor, method, path, json!({ "format": "csv" }));
            assert_eq!((answer.status, answer.code()), (403, "access.of_all"), "{path}: {}", answer.body);
        }
        server.ask(&server.token("images.read"), "GET", "/findings/export?format=csv", json!(null)).expect(403);
    }
}

#[test]
fn a_job_makes_the_same_file_with_a_link_that_ends() {
    for (server, who) in servers() {
        let request = json!({ "format": "csv", "images": "repository:shop/*" });
        let job = server.ask(&who, "POST", "/findings/export", request);
        job.expect(202);
        assert_eq!((&job.body["kind"], &job.body["state"]), (&json!("export"), &json!("waiting")));
        let path = format!("/me/jobs/{}", job.body["id"].as_str().unwrap());
        let early = server.ask(&who, "GET", &format!("{path}/output"), json!(null));
        assert_eq!(early.code(), "object.state");
        server.do_jobs();
        let job = server.ask(&who, "GET", &path, json!(null));
        assert_eq!((&job.body["state"], &job.body["progress"]["done"]), (&json!("done"), &json!(MANY)), "{}", job.body);
        let link = job.body["link"].as_str().unwrap().strip_prefix("/api/v1").unwrap();
        let answer = server.ask(&who, "GET", link, json!(null));
        answer.expect(200);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"findings.csv\"");
        let behind_head = |text: &str| text.split_once("\r\n").unwrap().1.to_owned();
        let streamed = text(&server, &who, "/findings/export?format=csv&images=repository:shop/*");
        assert_eq!(behind_head(answer.body.as_str().unwrap()), behind_head(&streamed));

        let other = server.token(RIGHTS);
        server.ask(&other, "GET", link, json!(null)).expect(404);
        server.ask(&other, "GET", &path, json!(null)).expect(404);
        let expire = |connection: &mut store::Connection| connection.execute("UPDATE jobs SET expires = 1", &[]);
        server.app.store.write_blocking(store::Lane::Beside, expire).unwrap();
        server.ask(&who, "GET", link, json!(null)).expect(404);
        let mut retention = crate::retention::Retention::default();
        server.run(retention.step(&server.app, clock::now())).unwrap();
        let left = server.app.store.read_blocking(|connection| {
            Ok(connection.row("SELECT count(*) FROM job_output", &[])?.unwrap().integer(0))
        });
        assert_eq!(left.unwrap(), 0, "what is over is removed");
    }
}

#[test]
fn a_file_that_was_made_with_other_rights_is_not_given() {
    for (server, _) in servers() {
        let shop = server.scoped_token("images.read,findings.read", "shop", "shop/*");
        server.catch_up();
        let job = server.ask(&shop, "POST", "/images/export", json!({ "format": "jsonl" }));
        job.expect(202);
        server.do_jobs();
        let link = format!("/me/jobs/{}/output", job.body["id"].as_str().unwrap());
        assert_eq!(text(&server, &shop, &link).lines().count(), 2);
        let widen = |connection: &mut store::Connection| {
            connection.execute("UPDATE jobs SET progress = replace(progress, 'shop', 'everything')", &[])
        };
        server.app.store.write_blocking(store::Lane::Beside, widen).unwrap();
        let answer = server.ask(&shop, "GET", &link, json!(null));
        assert_eq!((answer.status, answer.code()), (409, "object.state"));
    }
}

#[test]
fn an_application_that_changes_closes_what_was_made_of_it() {
    for (server, _) in servers() {
        let shop = server.scoped_token("images.read", "shop", "shop/*");
        server.catch_up();
        let job = server.ask(&shop, "POST", "/images/export", json!({ "format": "jsonl" }));
        server.do_jobs();
        let link = format!("/me/jobs/{}/output", job.body["id"].as_str().unwrap());
        server.ask(&shop, "GET", &link, json!(null)).expect(200);
        server.redefine_scope("shop", "bank/*");
        server.catch_up();
        let answer = server.ask(&shop, "GET", &link, json!(null));
        assert_eq!((answer.status, answer.code()), (409, "object.state"));
    }
}

#[test]
fn a_file_that_lacks_a_piece_is_no_complete_answer() {
    for (server, who) in servers() {
        let job = server.ask(&who, "POST", "/images/export", json!({ "format": "csv" }));
        server.do_jobs();
        let link = format!("/me/jobs/{}/output", job.body["id"].as_str().unwrap());
        let write = |sql: &'static str| {
            let changed =
                server.app.store.write_blocking(store::Lane::Beside, move |connection| connection.execute(sql, &[]));
            assert_eq!(changed.unwrap(), 1, "{sql}");
        };
        // Its second piece is removed while somebody reads.
        write("UPDATE jobs SET progress = replace(progress, '\"pieces\":1', '\"pieces\":2')");
        let request = axum::http::Request::builder().uri(format!("/api/v1{link}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = server.raw(&who, request, std::time::Duration::from_secs(60)).unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, 0), "the body ends with an error");
        // A server that was restored has the job without its file.
        write("DELETE FROM job_output");
        let answer = server.ask(&who, "GET", &link, json!(null));
        assert_eq!((answer.status, answer.code()), (409, "object.state"), "{}", answer.body);
    }
}

#[test]
fn what_cannot_be_exported_is_refused_at_once() {
    let server = TestServer::new();
    let who = server.token(RIGHTS);
    let ask = |path: &str| server.ask(&who, "GET", path, json!(null));
    assert_eq!(ask("/images/export").code(), "request.malformed");
    assert_eq!(ask("/images/export?format=xlsx").code(), "request.malformed");
    let wrong = ask("/images/export?format=csv&filter=sverity:high");
    assert_eq!((wrong.code(), &wrong.body["parameters"]["position"]), ("request.filter", &json!(1)));
    assert_eq!(ask("/images/export?format=csv&images=a").code(), "request.invalid");
    for path in [
        "/images/export?format=csv&sort=digest",
        "/packages/export?format=csv&sort=name",
        "/vulnerabilities/export?format=csv&sort=severity",
        "/audit/export?format=csv&sort=-at",
    ] {
        let refused = ask(path);
        assert_eq!(refused.status, 422, "{path} {}", refused.body);
    }
    let body = json!({ "format": "csv", "filter": "sverity:high" });
    assert_eq!(server.ask(&who, "POST", "/images/export", body).code(), "request.filter");
    assert_eq!(server.ask(&who, "GET", "/me/jobs", json!(null)).body["items"], json!([]));
}
