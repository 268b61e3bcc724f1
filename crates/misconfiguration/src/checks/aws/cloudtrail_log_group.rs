//! Trail goes to no log group.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0162",
    aliases: ["AWS-0162", "aws-cloudtrail-ensure-cloudwatch-integration", "CKV2_AWS_10"],
    severity: Low,
    title: "Trail goes to no log group",
    remedy: "Set `cloud_watch_logs_group_arn`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudtrail" "x" {}"#,
        r#"resource "aws_cloudtrail" "x" {
  cloud_watch_logs_group_arn = ""
}"#,
    ],
    good: [
        r#"resource "aws_cloudtrail" "x" {
  cloud_watch_logs_group_arn = "something"
}"#,
        r#"variable "unknown" {}
resource "aws_cloudtrail" "x" {
  cloud_watch_logs_group_arn = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_cloudtrail"], "cloud_watch_logs_group_arn", found);
}
