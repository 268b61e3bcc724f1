//! Bucket is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0088",
    aliases: ["AWS-0088", "aws-s3-enable-bucket-encryption", "CKV_AWS_19"],
    severity: High,
    title: "Bucket is not encrypted",
    remedy: "Set `sse_algorithm` in the bucket's encryption configuration.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" {
  server_side_encryption_configuration {
    rule {}
  }
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {BucketEncryption: {}}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" { bucket = "x" }
resource "aws_s3_bucket_server_side_encryption_configuration" "x" {
  bucket = aws_s3_bucket.x.bucket
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}"#,
        r#"Resources:
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms"}}]}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        let algorithms = super::bucket_encryption(cloud, bucket, "sse_algorithm");
        if algorithms.iter().all(|algorithm| algorithm.is_missing()) {
            bucket.whole().fail(found, "has no encryption configuration");
        }
    }
}
