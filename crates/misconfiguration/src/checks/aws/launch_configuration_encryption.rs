//! Block device of the launch configuration is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0008",
    aliases: ["AWS-0008", "aws-ec2-enable-launch-config-at-rest-encryption", "CKV_AWS_8"],
    severity: High,
    title: "Block device of the launch configuration is not encrypted",
    remedy: "Set `encrypted` to true for the root and all other block devices.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_launch_configuration" "x" {
  root_block_device { encrypted = false }
}"#,
        r#"resource "aws_launch_configuration" "x" {
  root_block_device { encrypted = true }
  ebs_block_device { device_name = "/dev/sdb" }
}"#,
    ],
    good: [
        r#"resource "aws_launch_configuration" "x" {
  root_block_device { encrypted = true }
}"#,
        r#"resource "aws_launch_configuration" "x" {
  root_block_device { encrypted = true }
  ebs_block_device { encrypted = true }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for configuration in cloud.of(&["aws_launch_configuration"]) {
        super::must_encrypt_devices(configuration, found);
    }
}
