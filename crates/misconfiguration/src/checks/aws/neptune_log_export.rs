//! Cluster of Neptune exports no audit log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0075",
    aliases: ["AWS-0075", "aws-neptune-enable-log-export", "CKV_AWS_101"],
    severity: Medium,
    title: "Cluster of Neptune exports no audit log",
    remedy: "Add audit to `enable_cloudwatch_logs_exports`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_neptune_cluster" "x" { enable_cloudwatch_logs_exports = [] }"#,
        r#"Resources:
  C: {Type: "AWS::Neptune::DBCluster", Properties: {EnableCloudwatchLogsExports: [slowquery]}}"#,
    ],
    good: [
        r#"resource "aws_neptune_cluster" "x" { enable_cloudwatch_logs_exports = ["slowquery", "audit"] }"#,
        r#"Resources:
  C: {Type: "AWS::Neptune::DBCluster", Properties: {EnableCloudwatchLogsExports: [audit]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_list_any(cloud, "aws_neptune_cluster", "enable_cloudwatch_logs_exports", &["audit"], found);
}
