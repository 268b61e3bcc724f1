//! Replication group of ElastiCache is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0045",
    aliases: ["AWS-0045", "aws-elasticache-enable-at-rest-encryption", "CKV_AWS_29"],
    severity: High,
    title: "Replication group of ElastiCache is not encrypted",
    remedy: "Set `at_rest_encryption_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticache_replication_group" "x" {
  at_rest_encryption_enabled = false
}"#,
        r#"resource "aws_elasticache_replication_group" "x" {}"#,
    ],
    good: [
        r#"resource "aws_elasticache_replication_group" "x" {
  at_rest_encryption_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "aws_elasticache_replication_group" "x" {
  at_rest_encryption_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_elasticache_replication_group"], "at_rest_encryption_enabled", found);
}
