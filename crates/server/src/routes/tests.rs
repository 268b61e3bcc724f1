//! The committed documents that tell the routes: who may use which, and the OpenAPI document.

use std::collections::BTreeMap;

use expect_test::expect_file;
use policy::access::PRESETS;
use serde_json::json;

use super::*;
use crate::testing::{As, TestServer};

fn routes() -> Routes {
    all(Routes::new(TestServer::new().app.clone()))
}

/// Role × route → allowed or not. Compared with the committed file, so that a change of rights is seen in a review.
#[test]
fn the_list_of_rules_is_the_committed_one() {
    let mut lines = BTreeMap::new();
    for (method, path, rule) in routes().rules {
        let allowed: Vec<&str> = PRESETS
            .iter()
            .filter(|preset| match rule {
                Rule::Public | Rule::Oneself => true,
                Rule::Needs(permission) => preset.permissions().contains(permission),
            })
            .map(|preset| preset.name)
            .collect();
        let who = match rule {
            Rule::Public => "anybody".to_owned(),
            Rule::Oneself => "everybody who is recognized".to_owned(),
            Rule::Needs(_) => allowed.join(" "),
        };
        lines.insert((path.clone(), method.clone()), format!("{method:6} {path:50} {:20} {who}\n", rule.word()));
    }
    let mut text =
        "Which preset role may use which route. Made by a test of crates/server; UPDATE_EXPECT=1 renews it.\n\n"
            .to_owned();
    text.extend(lines.into_values());
    expect_file!["../../../../docs/reference/access-rules.txt"].assert_eq(&text);
}

#[test]
fn the_openapi_document_is_the_committed_one() {
    let document = openapi::complete(routes().document);
    expect_file!["../../../../docs/reference/openapi.json"].assert_eq(&openapi::text(&document));
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = routes().document;
    let mut names = BTreeMap::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in openapi::operations(item) {
            let name = operation.operation_id.clone().unwrap_or_default();
            if let Some(other) = names.insert(name.clone(), format!("{method} {path}")) {
                panic!("{method} {path} and {other} are both called {name}");
            }
        }
    }
}

/// Whatever a route is, nobody reaches its handler without a right: asked of the router itself, not of the list.
#[test]
fn no_route_answers_those_without_a_right() {
    let server = TestServer::new();
    let nothing = server.token("");
    for (method, path, rule) in all(Routes::new(server.app.clone())).rules {
        let Rule::Needs(permission) = rule else { continue };
        let path = path.replace(['{', '}'], "");
        let answer = server.ask(&As::Nobody, &method, &path, json!({}));
        assert_eq!((answer.status, answer.code()), (401, "access.unauthenticated"), "{method} {path}");
        let answer = server.ask(&nothing, &method, &path, json!({}));
        assert_eq!((answer.status, answer.code()), (403, "access.forbidden"), "{method} {path}");
        assert_eq!(answer.body["parameters"]["permission"], permission.to_string());
    }
}

#[test]
fn what_does_not_exist_is_a_problem_with_a_code_and_an_id() {
    let server = TestServer::new();
    let answer = server.ask(&As::Nobody, "GET", "/nothing", json!(null));
    assert_eq!((answer.status, answer.code()), (404, "request.not_found"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.body["request"], answer.header("x-request-id"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let answer = server.ask(&As::Nobody, "DELETE", "/setup", json!(null));
    assert_eq!((answer.status, answer.code()), (405, "request.method"));
}
