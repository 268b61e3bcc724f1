//! API writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0113",
    aliases: ["AWS-0113", "aws-sam-enable-api-access-logging"],
    severity: Medium,
    title: "API writes no access log",
    remedy: "Set `AccessLogSetting.DestinationArn`.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {AccessLogSetting: {Format: json}}}"#,
        r#"Resources:
  A: {Type: "AWS::Serverless::Api"}"#,
    ],
    good: [
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {AccessLogSetting: {DestinationArn: !GetAtt G.Arn}}}"#,
        r#"Globals: {Api: {AccessLogSetting: {DestinationArn: x}}}
Resources:
  A: {Type: "AWS::Serverless::Api"}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_serverless_api"], "access_log_setting.destination_arn", found);
}
