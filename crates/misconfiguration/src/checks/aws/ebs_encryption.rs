//! Volume is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0026",
    aliases: ["AWS-0026", "aws-ec2-enable-volume-encryption", "CKV_AWS_3"],
    severity: High,
    title: "Volume is not encrypted",
    remedy: "Set `encrypted` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ebs_volume" "x" {
  encrypted = false
}"#,
        r#"resource "aws_ebs_volume" "x" {}"#,
    ],
    good: [
        r#"resource "aws_ebs_volume" "x" {
  encrypted = true
}"#,
        r#"variable "on" { default = true }
resource "aws_ebs_volume" "x" {
  encrypted = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_ebs_volume"], "encrypted", found);
}
