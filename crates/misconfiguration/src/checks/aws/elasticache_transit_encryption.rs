//! Replication group of ElastiCache talks unencrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0051",
    aliases: ["AWS-0051", "aws-elasticache-enable-in-transit-encryption", "CKV_AWS_30"],
    severity: High,
    title: "Replication group of ElastiCache talks unencrypted",
    remedy: "Set `transit_encryption_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticache_replication_group" "x" {
  transit_encryption_enabled = false
}"#,
        r#"resource "aws_elasticache_replication_group" "x" {}"#,
    ],
    good: [
        r#"resource "aws_elasticache_replication_group" "x" {
  transit_encryption_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "aws_elasticache_replication_group" "x" {
  transit_encryption_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_elasticache_replication_group"], "transit_encryption_enabled", found);
}
