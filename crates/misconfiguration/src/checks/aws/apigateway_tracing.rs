//! API stage is not traced.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0003",
    aliases: ["AWS-0003", "aws-apigateway-enable-tracing", "CKV_AWS_73"],
    severity: Low,
    title: "API stage is not traced",
    remedy: "Set `xray_tracing_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_api_gateway_stage" "x" {
  xray_tracing_enabled = false
}"#,
        r#"resource "aws_api_gateway_stage" "x" {}"#,
    ],
    good: [
        r#"resource "aws_api_gateway_stage" "x" {
  xray_tracing_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "aws_api_gateway_stage" "x" {
  xray_tracing_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_api_gateway_stage"], "xray_tracing_enabled", found);
}
