//! Backups of the database are kept for a day at most.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0077",
    aliases: ["AWS-0077", "aws-rds-specify-backup-retention", "CKV_AWS_133"],
    severity: Medium,
    title: "Backups of the database are kept for a day at most",
    remedy: "Set `backup_retention_period` to some days.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_rds_cluster" "x" { backup_retention_period = 1 }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {BackupRetentionPeriod: 0}}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" { replicate_source_db = "other" }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBCluster", Properties: {BackupRetentionPeriod: "7"}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["aws_db_instance", "aws_rds_cluster"]) {
        let replicates = database.get("replicate_source_db").is_set() || database.get("source_db_instance_identifier").is_set();
        let days = database.get("backup_retention_period");
        if !replicates && (days.is_missing() || days.number().is_some_and(|days| days < 2.0)) {
            days.fail(found, "`backup_retention_period` is less than 2 days");
        }
    }
}
