//! HTTP API writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0116",
    aliases: ["AWS-0116", "aws-sam-enable-http-api-access-logging"],
    severity: Medium,
    title: "HTTP API writes no access log",
    remedy: "Set `AccessLogSettings.DestinationArn`.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  A: {Type: "AWS::Serverless::HttpApi"}"#,
        r#"Resources:
  A: {Type: "AWS::Serverless::HttpApi", Properties: {AccessLogSettings: {Format: json}}}"#,
    ],
    good: [
        r#"Resources:
  A: {Type: "AWS::Serverless::HttpApi", Properties: {AccessLogSettings: {DestinationArn: x}}}"#,
        r#"Globals: {HttpApi: {AccessLogSettings: {DestinationArn: x}}}
Resources:
  A: {Type: "AWS::Serverless::HttpApi"}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_serverless_http_api"], "access_log_settings.destination_arn", found);
}
