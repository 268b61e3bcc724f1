//! Performance insights are off.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0133",
    aliases: ["AWS-0133", "aws-rds-enable-performance-insights", "CKV_AWS_353"],
    severity: Low,
    title: "Performance insights are off",
    remedy: "Set `performance_insights_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_db_instance" "x" {
  performance_insights_enabled = false
}"#,
        r#"resource "aws_rds_cluster_instance" "x" {}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" {
  performance_insights_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "aws_rds_cluster_instance" "x" {
  performance_insights_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_db_instance", "aws_rds_cluster_instance"], "performance_insights_enabled", found);
}
