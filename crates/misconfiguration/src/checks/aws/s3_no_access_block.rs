//! Bucket has no public access block.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0094",
    aliases: ["AWS-0094", "aws-s3-specify-public-access-block", "CKV2_AWS_6"],
    severity: Low,
    title: "Bucket has no public access block",
    remedy: "Add a public access block for the bucket.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" { bucket = "x" }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket"}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_public_access_block" "x" { bucket = aws_s3_bucket.x.id }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: true}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        if cloud.that_refer(&["aws_s3_bucket_public_access_block"], "bucket", bucket).next().is_none() {
            bucket.whole().fail(found, "has no public access block");
        }
    }
}
