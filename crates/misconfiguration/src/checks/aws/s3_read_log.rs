//! Reads of the bucket's objects are not recorded.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0172",
    aliases: ["AWS-0172", "aws-s3-enable-object-read-logging"],
    severity: Low,
    title: "Reads of the bucket's objects are not recorded",
    remedy: "Add an event selector for the bucket's objects to a trail.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_cloudtrail" "t" {
  event_selector {
    data_resource {
      type   = "AWS::Lambda::Function"
      values = ["arn:aws:lambda"]
    }
  }
}"#,
        r#"resource "aws_s3_bucket" "x" { bucket = "b" }
resource "aws_cloudtrail" "t" {
  event_selector {
    read_write_type = "WriteOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::b/"]
    }
  }
}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" { bucket = "b" }
resource "aws_cloudtrail" "t" {
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::a/", "arn:aws:s3:::b/"]
    }
  }
}"#,
        r#"variable "values" {}
resource "aws_s3_bucket" "x" { bucket = "b" }
resource "aws_cloudtrail" "t" {
  event_selector {
    read_write_type = "ReadOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = var.values
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_record_objects(cloud, &["ReadOnly", "All"], found);
}
