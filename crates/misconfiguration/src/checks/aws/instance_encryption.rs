//! Block device of the instance is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0131",
    aliases: ["AWS-0131", "aws-ec2-enable-at-rest-encryption"],
    severity: High,
    title: "Block device of the instance is not encrypted",
    remedy: "Set `encrypted` to true for the root and all other block devices.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_instance" "x" {
  root_block_device { encrypted = false }
}"#,
        r#"Resources:
  I: {Type: "AWS::EC2::Instance", Properties: {BlockDeviceMappings: [{DeviceName: /dev/sdb, Ebs: {VolumeSize: 1}}]}}"#,
    ],
    good: [
        r#"resource "aws_instance" "x" {
  root_block_device { encrypted = true }
}"#,
        r#"Resources:
  I: {Type: "AWS::EC2::Instance", Properties: {BlockDeviceMappings: [{Ebs: {Encrypted: true}}, {VirtualName: ephemeral0}]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for instance in cloud.of(&["aws_instance"]) {
        super::must_encrypt_devices(instance, found);
    }
}
