//! Distribution writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0010",
    aliases: ["AWS-0010", "aws-cloudfront-enable-logging", "CKV_AWS_86"],
    severity: Medium,
    title: "Distribution writes no access log",
    remedy: "Set `logging_config` with a bucket.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudfront_distribution" "x" {
  logging_config {}
}"#,
        r#"resource "aws_cloudfront_distribution" "x" {
  logging_config {
    bucket = ""
  }
}"#,
    ],
    good: [
        r#"resource "aws_cloudfront_distribution" "x" {
  logging_config {
    bucket = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "aws_cloudfront_distribution" "x" {
  logging_config {
    bucket = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_cloudfront_distribution"], "logging_config.bucket", found);
}
