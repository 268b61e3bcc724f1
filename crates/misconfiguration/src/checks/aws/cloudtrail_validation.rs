//! Changes of the trail's files go unnoticed.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0016",
    aliases: ["AWS-0016", "aws-cloudtrail-enable-log-validation", "CKV_AWS_36"],
    severity: High,
    title: "Changes of the trail's files go unnoticed",
    remedy: "Set `enable_log_file_validation` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudtrail" "x" {
  enable_log_file_validation = false
}"#,
        r#"resource "aws_cloudtrail" "x" {}"#,
    ],
    good: [
        r#"resource "aws_cloudtrail" "x" {
  enable_log_file_validation = true
}"#,
        r#"variable "on" { default = true }
resource "aws_cloudtrail" "x" {
  enable_log_file_validation = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_cloudtrail"], "enable_log_file_validation", found);
}
