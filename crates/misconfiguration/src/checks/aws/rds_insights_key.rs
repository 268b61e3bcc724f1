//! Performance insights are not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0078",
    aliases: ["AWS-0078", "aws-rds-performance-insights-encryption-customer-key", "CKV_AWS_354"],
    severity: Low,
    title: "Performance insights are not encrypted with a key of your own",
    remedy: "Set `performance_insights_kms_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_db_instance" "x" { performance_insights_enabled = true }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {EnablePerformanceInsights: "true"}}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" { performance_insights_enabled = false }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {EnablePerformanceInsights: true, PerformanceInsightsKMSKeyId: !Ref K}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["aws_db_instance", "aws_rds_cluster_instance", "aws_rds_cluster"]) {
        if database.get("performance_insights_enabled").is_true() {
            database.get("performance_insights_kms_key_id").must_be_own_key("performance_insights_kms_key_id", found);
        }
    }
}
