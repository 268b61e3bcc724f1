//! User data of the launch template hold a secret.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0129",
    aliases: ["AWS-0129", "aws-ec2-no-secrets-in-launch-template-user-data"],
    severity: Critical,
    title: "User data of the launch template hold a secret",
    remedy: "Read secrets from a secret store when the instance starts.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_launch_template" "x" { user_data = base64encode("SECRET_KEY=abcdef") }"#,
        r#"Resources:
  T: {Type: "AWS::EC2::LaunchTemplate", Properties: {LaunchTemplateData: {UserData: !Base64 "export TOKEN=abcdef"}}}"#,
    ],
    good: [
        r#"resource "aws_launch_template" "x" { user_data = base64encode("echo hello") }"#,
        r#"Resources:
  T: {Type: "AWS::EC2::LaunchTemplate", Properties: {LaunchTemplateData: {UserData: !Base64 "export TOKEN_PATH=/a/b"}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_hide_no_secret(cloud, &["aws_launch_template"], found);
}
