//! Any account may call the function through a service.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0067",
    aliases: ["AWS-0067", "aws-lambda-restrict-source-arn", "CKV_AWS_301"],
    severity: Critical,
    title: "Any account may call the function through a service",
    remedy: "Set `source_arn`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_lambda_permission" "x" { principal = "events.amazonaws.com" }"#,
        r#"Resources:
  P: {Type: "AWS::Lambda::Permission", Properties: {Principal: sns.amazonaws.com, SourceArn: ""}}"#,
    ],
    good: [
        r#"resource "aws_lambda_permission" "x" { principal = "arn:aws:iam::111122223333:root" }"#,
        r#"Resources:
  P: {Type: "AWS::Lambda::Permission", Properties: {Principal: sns.amazonaws.com, SourceArn: !Ref T}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for permission in cloud.of(&["aws_lambda_permission"]) {
        let is_service = permission.get("principal").text().is_some_and(|principal| principal.contains(".amazonaws.com"));
        if is_service && permission.get("source_arn").is_missing() {
            permission.get("principal").fail(found, "`source_arn` is not set");
        }
    }
}
