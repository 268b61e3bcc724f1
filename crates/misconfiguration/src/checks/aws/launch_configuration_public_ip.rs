//! Instances get a public address.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0009",
    aliases: ["AWS-0009", "aws-ec2-no-public-ip", "CKV_AWS_88"],
    severity: High,
    title: "Instances get a public address",
    remedy: "Set `associate_public_ip_address` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_launch_configuration" "x" {
  associate_public_ip_address = true
}"#,
        r#"locals { on = true }
resource "aws_instance" "x" {
  associate_public_ip_address = local.on
}"#,
    ],
    good: [
        r#"resource "aws_launch_configuration" "x" {
  associate_public_ip_address = false
}"#,
        r#"resource "aws_instance" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["aws_launch_configuration", "aws_instance"], "associate_public_ip_address", found);
}
