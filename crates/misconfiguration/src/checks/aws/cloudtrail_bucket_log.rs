//! Bucket of the trail writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0163",
    aliases: ["AWS-0163", "aws-cloudtrail-require-bucket-access-logging"],
    severity: Low,
    title: "Bucket of the trail writes no access log",
    remedy: "Set the bucket's `logging` with a target bucket.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "b" { bucket = "trail" }
resource "aws_cloudtrail" "x" { s3_bucket_name = "trail" }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket"}
  T: {Type: "AWS::CloudTrail::Trail", Properties: {S3BucketName: !Ref B}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_logging" "b" {
  bucket        = aws_s3_bucket.b.id
  target_bucket = "logs"
}
resource "aws_cloudtrail" "x" { s3_bucket_name = aws_s3_bucket.b.id }"#,
        r#"resource "aws_cloudtrail" "x" { s3_bucket_name = "elsewhere" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for trail in cloud.of(&["aws_cloudtrail"]) {
        if let Some(bucket) = cloud.referred(&trail.get("s3_bucket_name"), &["aws_s3_bucket"])
            && !super::has_access_log(cloud, bucket)
        {
            bucket.get("logging").fail(found, "holds a trail and writes no access log");
        }
    }
}
