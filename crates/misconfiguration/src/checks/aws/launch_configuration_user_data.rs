//! User data of the launch configuration hold a secret.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0122",
    aliases: ["AWS-0122", "aws-ec2-no-sensitive-info"],
    severity: High,
    title: "User data of the launch configuration hold a secret",
    remedy: "Read secrets from a secret store when the instance starts.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_launch_configuration" "x" { user_data = "TOKEN=abcdef0123 ./start" }"#,
        r#"resource "aws_launch_configuration" "x" { user_data_base64 = base64encode("export DB_PASSWORD=hunter22") }"#,
    ],
    good: [
        r#"resource "aws_launch_configuration" "x" { user_data = "echo hello" }"#,
        r#"variable "password" {}
resource "aws_launch_configuration" "x" { user_data = "export DB_PASSWORD=${var.password}" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_hide_no_secret(cloud, &["aws_launch_configuration"], found);
}
