//! API is not traced.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0111",
    aliases: ["AWS-0111", "aws-sam-enable-api-tracing"],
    severity: Low,
    title: "API is not traced",
    remedy: "Set `TracingEnabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {TracingEnabled: false}}"#,
        r#"Resources:
  A: {Type: "AWS::Serverless::Api"}"#,
    ],
    good: [
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {TracingEnabled: true}}"#,
        r#"Globals: {Api: {TracingEnabled: true}}
Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {StageName: x}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_serverless_api"], "tracing_enabled", found);
}
