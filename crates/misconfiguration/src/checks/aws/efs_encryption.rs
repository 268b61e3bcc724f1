//! File system is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0037",
    aliases: ["AWS-0037", "aws-efs-enable-at-rest-encryption", "CKV_AWS_42"],
    severity: High,
    title: "File system is not encrypted",
    remedy: "Set `encrypted` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_efs_file_system" "x" {
  encrypted = false
}"#,
        r#"resource "aws_efs_file_system" "x" {}"#,
    ],
    good: [
        r#"resource "aws_efs_file_system" "x" {
  encrypted = true
}"#,
        r#"variable "on" { default = true }
resource "aws_efs_file_system" "x" {
  encrypted = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_efs_file_system"], "encrypted", found);
}
