//! Log group is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0017",
    aliases: ["AWS-0017", "aws-cloudwatch-log-group-customer-key", "CKV_AWS_158"],
    severity: Low,
    title: "Log group is not encrypted with a key of your own",
    remedy: "Set `kms_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudwatch_log_group" "x" {}"#,
        r#"resource "aws_cloudwatch_log_group" "x" {
  kms_key_id = "alias/aws/service"
}"#,
    ],
    good: [
        r#"resource "aws_kms_key" "k" {}
resource "aws_cloudwatch_log_group" "x" {
  kms_key_id = aws_kms_key.k.arn
}"#,
        r#"variable "unknown" {}
resource "aws_cloudwatch_log_group" "x" {
  kms_key_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_use_own_key(&["aws_cloudwatch_log_group"], "kms_key_id", found);
}
