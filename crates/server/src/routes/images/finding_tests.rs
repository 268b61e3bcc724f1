//! Findings of an image and the layers that brought them, against both stores.

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
