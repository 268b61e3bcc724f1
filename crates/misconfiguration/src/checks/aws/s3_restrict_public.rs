//! Public policies of the bucket are not restricted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0093",
    aliases: ["AWS-0093", "aws-s3-no-public-buckets", "CKV_AWS_56"],
    severity: High,
    title: "Public policies of the bucket are not restricted",
    remedy: "Set `restrict_public_buckets` to true in the bucket's public access block.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_public_access_block" "other" {
  bucket                  = "other"
  restrict_public_buckets = true
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: true}}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" {
  for_each = toset(["a", "b"])
  bucket   = each.value
}
resource "aws_s3_bucket_public_access_block" "x" {
  for_each                = aws_s3_bucket.x
  bucket                  = aws_s3_bucket.x[each.key].id
  restrict_public_buckets = true
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {RestrictPublicBuckets: true}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_block_public(cloud, "restrict_public_buckets", found);
}
