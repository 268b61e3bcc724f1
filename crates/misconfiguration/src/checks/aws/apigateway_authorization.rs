//! Method of the API asks for no authorization.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0004",
    aliases: ["AWS-0004", "aws-apigateway-no-public-access", "CKV_AWS_59"],
    severity: Low,
    title: "Method of the API asks for no authorization",
    remedy: "Set `authorization`, or require an API key.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_api_gateway_method" "x" {
  http_method   = "POST"
  authorization = "NONE"
}"#,
        r#"Resources:
  Method:
    Type: AWS::ApiGateway::Method
    Properties: {HttpMethod: GET, AuthorizationType: NONE}"#,
    ],
    good: [
        r#"resource "aws_api_gateway_method" "x" {
  http_method   = "OPTIONS"
  authorization = "NONE"
}"#,
        r#"Resources:
  Method:
    Type: AWS::ApiGateway::Method
    Properties: {HttpMethod: GET, AuthorizationType: COGNITO_USER_POOLS}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for method in cloud.of(&["aws_api_gateway_method"]) {
        let authorization = method.get("authorization");
        let is_open = authorization.is_text("NONE") || authorization.is_missing();
        let is_preflight = method.get("http_method").is_one_of(&["OPTIONS", "OPTION"]);
        let needs_key = method.get("api_key_required").is_set() && !method.get("api_key_required").is_off();
        if is_open && !is_preflight && !needs_key {
            authorization.fail(found, "everybody may call the method");
        }
    }
}
