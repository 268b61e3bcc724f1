//! Table has no point-in-time recovery.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0024",
    aliases: ["AWS-0024", "aws-dynamodb-enable-recovery", "CKV_AWS_28"],
    severity: Medium,
    title: "Table has no point-in-time recovery",
    remedy: "Set `point_in_time_recovery.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_dynamodb_table" "x" {
  point_in_time_recovery {
    enabled = false
  }
}"#,
        r#"resource "aws_dynamodb_table" "x" {
  point_in_time_recovery {}
}"#,
    ],
    good: [
        r#"resource "aws_dynamodb_table" "x" {
  point_in_time_recovery {
    enabled = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_dynamodb_table" "x" {
  point_in_time_recovery {
    enabled = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_dynamodb_table"], "point_in_time_recovery.enabled", found);
}
