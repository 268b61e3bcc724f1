//! Function is not traced.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0125",
    aliases: ["AWS-0125", "aws-sam-enable-function-tracing"],
    severity: Low,
    title: "Function is not traced",
    remedy: "Set `Tracing` to Active.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  F: {Type: "AWS::Serverless::Function"}"#,
        r#"Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Tracing: PassThrough}}"#,
    ],
    good: [
        r#"Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Tracing: Active}}"#,
        r#"Globals: {Function: {Tracing: Active}}
Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Handler: x}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_serverless_function"], "tracing", &["Active"], found);
}
