//! Bucket keeps no versions.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0090",
    aliases: ["AWS-0090", "aws-s3-enable-versioning", "CKV_AWS_21"],
    severity: Medium,
    title: "Bucket keeps no versions",
    remedy: "Enable the bucket's versioning.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_versioning" "x" {
  bucket = aws_s3_bucket.x.id
  versioning_configuration { status = "Suspended" }
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {VersioningConfiguration: {Status: Suspended}}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" {}
resource "aws_s3_bucket_versioning" "x" {
  bucket = aws_s3_bucket.x.id
  versioning_configuration { status = "Enabled" }
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {VersioningConfiguration: {Status: Enabled}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        let own = bucket.get("versioning.enabled");
        let mut separate = cloud.that_refer(&["aws_s3_bucket_versioning"], "bucket", bucket);
        let is_on = separate.any(|versioning| {
            let status = versioning.get("versioning_configuration.status");
            status.is_text("Enabled") || status.is_unknown()
        });
        if own.is_off() && !is_on {
            own.fail(found, "versioning is not enabled");
        }
    }
}
