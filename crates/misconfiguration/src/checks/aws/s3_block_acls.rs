//! Bucket accepts public ACLs.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0086",
    aliases: ["AWS-0086", "aws-s3-block-public-acls", "CKV_AWS_53"],
    severity: High,
    title: "Bucket accepts public ACLs",
    remedy: "Set `block_public_acls` to true in the bucket's public access block.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" { bucket = "x" }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: false}}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" { bucket = "named" }
resource "aws_s3_bucket_public_access_block" "x" {
  bucket            = "named"
  block_public_acls = true
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: true}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_block_public(cloud, "block_public_acls", found);
}
