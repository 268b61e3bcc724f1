//! User data of the instance hold a secret.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0029",
    aliases: ["AWS-0029", "aws-ec2-no-secrets-in-user-data", "CKV_AWS_46"],
    severity: Critical,
    title: "User data of the instance hold a secret",
    remedy: "Read secrets from a secret store when the instance starts.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_instance" "x" { user_data = "export DB_PASSWORD=hunter22" }"#,
        r#"Resources:
  I: {Type: "AWS::EC2::Instance", Properties: {UserData: !Base64 "API_TOKEN=abcdef0123"}}"#,
    ],
    good: [
        r#"resource "aws_instance" "x" { user_data = "export DB_PASSWORD=$(aws ssm get-parameter --name x)" }"#,
        r#"Resources:
  I: {Type: "AWS::EC2::Instance", Properties: {UserData: !Sub "export TOKEN=${Token}"}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_hide_no_secret(cloud, &["aws_instance"], found);
}
