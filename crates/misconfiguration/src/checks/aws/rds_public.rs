//! Database is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0180",
    aliases: ["AWS-0180", "aws-rds-enable-public-access", "CKV_AWS_17"],
    severity: High,
    title: "Database is public",
    remedy: "Set `publicly_accessible` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_db_instance" "x" {
  publicly_accessible = true
}"#,
        r#"locals { on = true }
resource "aws_rds_cluster_instance" "x" {
  publicly_accessible = local.on
}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" {
  publicly_accessible = false
}"#,
        r#"resource "aws_rds_cluster_instance" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["aws_db_instance", "aws_rds_cluster_instance"], "publicly_accessible", found);
}
