//! Table is not encrypted with a key of your own account.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0121",
    aliases: ["AWS-0121", "aws-sam-enable-table-encryption"],
    severity: High,
    title: "Table is not encrypted with a key of your own account",
    remedy: "Set `SSESpecification.SSEEnabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  T: {Type: "AWS::Serverless::SimpleTable"}"#,
        r#"Resources:
  T: {Type: "AWS::Serverless::SimpleTable", Properties: {SSESpecification: {SSEEnabled: false}}}"#,
    ],
    good: [
        r#"Resources:
  T: {Type: "AWS::Serverless::SimpleTable", Properties: {SSESpecification: {SSEEnabled: true}}}"#,
        r#"Globals: {SimpleTable: {SSESpecification: {SSEEnabled: true}}}
Resources:
  T: {Type: "AWS::Serverless::SimpleTable"}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_serverless_simple_table"], "sse_specification.sse_enabled", found);
}
