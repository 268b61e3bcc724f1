//! Storage of Neptune is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0076",
    aliases: ["AWS-0076", "aws-neptune-enable-storage-encryption", "CKV_AWS_44"],
    severity: High,
    title: "Storage of Neptune is not encrypted",
    remedy: "Set `storage_encrypted` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_neptune_cluster" "x" {
  storage_encrypted = false
}"#,
        r#"resource "aws_neptune_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "aws_neptune_cluster" "x" {
  storage_encrypted = true
}"#,
        r#"variable "on" { default = true }
resource "aws_neptune_cluster" "x" {
  storage_encrypted = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_neptune_cluster"], "storage_encrypted", found);
}
