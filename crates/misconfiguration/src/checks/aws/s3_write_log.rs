//! Writes to the bucket's objects are not recorded.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0171",
    aliases: ["AWS-0171", "aws-s3-enable-object-write-logging"],
    severity: Low,
    title: "Writes to the bucket's objects are not recorded",
    remedy: "Add an event selector for the bucket's objects to a trail.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" { bucket = "b" }"#,
        r#"resource "aws_s3_bucket" "x" { bucket = "b" }
resource "aws_cloudtrail" "t" {
  event_selector {
    read_write_type = "ReadOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" { bucket = "b" }
resource "aws_cloudtrail" "t" {
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::"]
    }
  }
}"#,
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_cloudtrail" "t" {
  event_selector {
    read_write_type = "WriteOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.x.arn}/"]
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_record_objects(cloud, &["WriteOnly", "All"], found);
}
