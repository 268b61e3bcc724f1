//! Function is not traced.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0066",
    aliases: ["AWS-0066", "aws-lambda-enable-tracing", "CKV_AWS_50"],
    severity: Low,
    title: "Function is not traced",
    remedy: "Set `tracing_config.mode` to Active.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_lambda_function" "x" { function_name = "x" }"#,
        r#"Resources:
  F: {Type: "AWS::Lambda::Function", Properties: {TracingConfig: {Mode: PassThrough}}}"#,
    ],
    good: [
        r#"resource "aws_lambda_function" "x" {
  tracing_config { mode = "Active" }
}"#,
        r#"Resources:
  F: {Type: "AWS::Lambda::Function", Properties: {TracingConfig: {Mode: Active}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_lambda_function"], "tracing_config.mode", &["Active"], found);
}
