//! Database can be deleted by mistake.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0177",
    aliases: ["AWS-0177", "aws-rds-enable-deletion-protection", "CKV_AWS_293"],
    severity: Medium,
    title: "Database can be deleted by mistake",
    remedy: "Set `deletion_protection` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_db_instance" "x" {
  deletion_protection = false
}"#,
        r#"resource "aws_rds_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" {
  deletion_protection = true
}"#,
        r#"variable "on" { default = true }
resource "aws_rds_cluster" "x" {
  deletion_protection = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_db_instance", "aws_rds_cluster"], "deletion_protection", found);
}
