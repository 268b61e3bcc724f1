//! API stage writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0001",
    aliases: ["AWS-0001", "aws-apigateway-enable-access-logging", "CKV_AWS_76"],
    severity: Medium,
    title: "API stage writes no access log",
    remedy: "Set `access_log_settings` with a destination.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_apigatewayv2_stage" "x" {
  access_log_settings {}
}"#,
        r#"resource "aws_api_gateway_stage" "x" {
  access_log_settings {
    destination_arn = ""
  }
}"#,
    ],
    good: [
        r#"resource "aws_apigatewayv2_stage" "x" {
  access_log_settings {
    destination_arn = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "aws_api_gateway_stage" "x" {
  access_log_settings {
    destination_arn = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_apigatewayv2_stage", "aws_api_gateway_stage"], "access_log_settings.destination_arn", found);
}
