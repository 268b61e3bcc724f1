//! Bucket writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0089",
    aliases: ["AWS-0089", "aws-s3-enable-bucket-logging", "CKV_AWS_18"],
    severity: Low,
    title: "Bucket writes no access log",
    remedy: "Set the bucket's `logging` with a target bucket.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" {}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {AccessControl: Private}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_logging" "x" {
  bucket        = aws_s3_bucket.x.id
  target_bucket = "logs"
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {LoggingConfiguration: {DestinationBucketName: logs}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        if !super::is_log_bucket(cloud, bucket) && !super::has_access_log(cloud, bucket) {
            bucket.get("logging").fail(found, "writes no access log");
        }
    }
}
