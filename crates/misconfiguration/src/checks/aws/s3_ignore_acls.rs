//! Bucket honors public ACLs.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0091",
    aliases: ["AWS-0091", "aws-s3-ignore-public-acls", "CKV_AWS_55"],
    severity: High,
    title: "Bucket honors public ACLs",
    remedy: "Set `ignore_public_acls` to true in the bucket's public access block.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket_public_access_block" "x" {
  bucket             = "elsewhere"
  ignore_public_acls = false
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {BucketName: x}}"#,
    ],
    good: [
        r#"variable "block" {}
resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_public_access_block" "x" {
  bucket             = aws_s3_bucket.x.id
  ignore_public_acls = var.block
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {IgnorePublicAcls: "true"}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_block_public(cloud, "ignore_public_acls", found);
}
