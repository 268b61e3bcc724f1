//! Storage of the database cluster is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0079",
    aliases: ["AWS-0079", "aws-rds-encrypt-cluster-storage-data", "CKV_AWS_96"],
    severity: High,
    title: "Storage of the database cluster is not encrypted",
    remedy: "Set `storage_encrypted` to true, with a key.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_rds_cluster" "x" {
  storage_encrypted = false
}"#,
        r#"resource "aws_rds_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "aws_rds_cluster" "x" {
  storage_encrypted = true
}"#,
        r#"variable "on" { default = true }
resource "aws_rds_cluster" "x" {
  storage_encrypted = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_rds_cluster"], "storage_encrypted", found);
}
