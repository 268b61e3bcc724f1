//! Security group of ElastiCache has no description.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0049",
    aliases: ["AWS-0049", "aws-elasticache-add-description-for-security-group"],
    severity: Low,
    title: "Security group of ElastiCache has no description",
    remedy: "Say in `description` what it is for.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticache_security_group" "x" {}"#,
        r#"resource "aws_elasticache_security_group" "x" {
  description = ""
}"#,
    ],
    good: [
        r#"resource "aws_elasticache_security_group" "x" {
  description = "something"
}"#,
        r#"variable "unknown" {}
resource "aws_elasticache_security_group" "x" {
  description = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_elasticache_security_group"], "description", found);
}
