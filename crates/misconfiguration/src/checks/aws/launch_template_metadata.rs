//! Instances give their metadata without a token.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0130",
    aliases: ["AWS-0130", "aws-ec2-enforce-launch-config-http-token-imds"],
    severity: High,
    title: "Instances give their metadata without a token",
    remedy: "Set `metadata_options.http_tokens` to required.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_launch_template" "x" {}"#,
        r#"Resources:
  T: {Type: "AWS::EC2::LaunchTemplate", Properties: {LaunchTemplateData: {MetadataOptions: {HttpTokens: optional}}}}"#,
    ],
    good: [
        r#"resource "aws_launch_configuration" "x" {
  metadata_options { http_tokens = "required" }
}"#,
        r#"Resources:
  T: {Type: "AWS::EC2::LaunchTemplate", Properties: {LaunchTemplateData: {MetadataOptions: {HttpTokens: required}}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for template in cloud.of(&["aws_launch_template", "aws_launch_configuration"]) {
        super::must_require_token(template, found);
    }
}
