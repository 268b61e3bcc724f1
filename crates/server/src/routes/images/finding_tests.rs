//! Findings and packages of an image, and the layers that brought them, against both stores.

use model::{Finding, SecretFinding, SecretLocation, Severity};
use serde_json::{Value, json};

use crate::sample::{digest, intelligence, report};
use crate::testing::TestServer;

fn secret(layer: Option<u32>) -> Finding {
    Finding::Secret(SecretFinding {
        location: SecretLocation::File,
        path: "app/key".into(),
        line: Some(1),
        rule: "private-key".into(),
        title: "A key".into(),
        matched: "****".into(),
        number: None,
        severity: Severity::Critical,
        category: "key".into(),
        layer,
        removed_in: None,
        excepted_by: None,
    })
}

#[test]
fn findings_tell_the_layer_that_brought_them_and_are_narrowed_by_it() {
    let known = [
        ("GHSA-aaaa-bbbb-cccc", "center", "1.3.0", "HIGH"),
        ("GHSA-bbbb-bbbb-cccc", "left-pad", "1.3.0", "HIGH"),
        ("GHSA-cccc-bbbb-cccc", "right-pad", "1.3.0", "HIGH"),
    ];
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        intelligence(&server, &known);
        server.catch_up();
        let who = server.token("images.read,images.write,findings.read");
        let packages = [("center", "1.0.0"), ("left-pad", "1.0.0"), ("right-pad", "1.0.0")];
        let mut own = report(1, "shop/api:1", &packages);
        for (package, layer) in own.inventory.packages.iter_mut().zip([Some(0), Some(3), None]) {
            package.layer = layer;
        }
        own.findings.push(secret(Some(3)));
        server.register(&who, &formats::report_document(&own)).expect(200);
        let found = |query: &str| -> Vec<(String, Value)> {
            let path = format!("/images/{}/findings?{query}", digest(1));
            let answer = server.ask(&who, "GET", &path, json!(null));
            answer.expect(200);
            let items = answer.body["items"].as_array().unwrap();
            items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item["layer"].clone())).collect()
        };
        let [of_base, of_above, of_none] = known.map(|(id, ..)| id.to_owned());
        let all = [
            (of_none, json!(null)),
            (of_base.clone(), json!(0)),
            (of_above.clone(), json!(3)),
            ("private-key".into(), json!(3)),
        ];
        assert_eq!(found("sort=layer"), all);
        assert_eq!(found("filter=layer:3%20kind:vulnerability"), [(of_above, json!(3))]);
        assert_eq!(found("filter=layer:0"), [(of_base, json!(0))]);
        assert_eq!(found("filter=-layer:*").len(), 1);
    }
}

#[test]
fn packages_of_an_image_are_narrowed_by_what_is_known_of_them() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let who = server.token("images.read,images.write,findings.read");
        let mut own =
            report(1, "shop/api:1", &[("100%-center", "1.0.0"), ("left-pad", "1.0.0"), ("right-pad", "2.0.0")]);
        for (package, layer) in own.inventory.packages.iter_mut().zip([Some(0), Some(3), None]) {
            package.layer = layer;
        }
        server.register(&who, &formats::report_document(&own)).expect(200);
        let page = |query: &str| {
            let answer = server.ask(&who, "GET", &format!("/images/{}/packages?{query}", digest(1)), json!(null));
            answer.expect(200);
            answer.body
        };
        let found = |filter: &str| -> Vec<String> {
            let page = page(&format!("filter={filter}"));
            let names: Vec<String> = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(page["total"], names.len(), "{filter}");
            names
        };
        assert_eq!(found(""), ["100%-center", "left-pad", "right-pad"]);
        assert_eq!(found("layer:3"), ["left-pad"]);
        assert_eq!(found("-layer:*"), ["right-pad"]);
        assert_eq!(found("PAD"), ["left-pad", "right-pad"], "a word may stand anywhere, in any case of letters");
        assert_eq!(found("-pad"), ["100%-center"]);
        assert_eq!(found("0%25-"), ["100%-center"], "a sign of patterns is a letter like others");
        assert_eq!(found("version:1.*%20name:left*"), ["left-pad"]);
        let first = page("limit=1&filter=pad");
        let next = first["next"].as_str().unwrap();
        let rest = page(&format!("limit=1&filter=pad&cursor={next}"));
        assert_eq!((&rest["items"][0]["name"], &rest["total"]), (&json!("right-pad"), &json!(null)));
        let refused = server.ask(&who, "GET", &format!("/images/{}/packages?sort=name", digest(1)), json!(null));
        assert_eq!(refused.status, 422, "{}", refused.body);
        let refused = server.ask(&who, "GET", &format!("/images/{}/packages?filter=color:red", digest(1)), json!(null));
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
}
