//! Bucket accepts public policies.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0087",
    aliases: ["AWS-0087", "aws-s3-block-public-policy", "CKV_AWS_54"],
    severity: High,
    title: "Bucket accepts public policies",
    remedy: "Set `block_public_policy` to true in the bucket's public access block.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_public_access_block" "x" { bucket = aws_s3_bucket.x.id }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket"}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_public_access_block" "x" {
  bucket              = aws_s3_bucket.x.bucket
  block_public_policy = true
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {BlockPublicPolicy: true}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_block_public(cloud, "block_public_policy", found);
}
