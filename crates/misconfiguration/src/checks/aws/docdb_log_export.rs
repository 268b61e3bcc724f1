//! Cluster of DocumentDB exports no logs.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0020",
    aliases: ["AWS-0020", "aws-documentdb-enable-log-export", "CKV_AWS_85"],
    severity: Medium,
    title: "Cluster of DocumentDB exports no logs",
    remedy: "Add audit or profiler to `enabled_cloudwatch_logs_exports`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_docdb_cluster" "x" {}"#,
        r#"resource "aws_docdb_cluster" "x" { enabled_cloudwatch_logs_exports = ["error"] }"#,
    ],
    good: [
        r#"resource "aws_docdb_cluster" "x" { enabled_cloudwatch_logs_exports = ["profiler"] }"#,
        r#"variable "logs" {}
resource "aws_docdb_cluster" "x" { enabled_cloudwatch_logs_exports = var.logs }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_list_any(cloud, "aws_docdb_cluster", "enabled_cloudwatch_logs_exports", &["audit", "profiler"], found);
}
