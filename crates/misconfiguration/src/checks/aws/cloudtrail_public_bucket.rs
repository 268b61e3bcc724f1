//! Bucket of the trail is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0161",
    aliases: ["AWS-0161", "aws-cloudtrail-no-public-log-access"],
    severity: Critical,
    title: "Bucket of the trail is public",
    remedy: "Set the ACL of the bucket to private.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "b" { acl = "public-read" }
resource "aws_cloudtrail" "x" { s3_bucket_name = aws_s3_bucket.b.id }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {AccessControl: AuthenticatedRead}}
  T: {Type: "AWS::CloudTrail::Trail", Properties: {S3BucketName: !Ref B}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "b" { acl = "private" }
resource "aws_cloudtrail" "x" { s3_bucket_name = aws_s3_bucket.b.id }"#,
        r#"resource "aws_s3_bucket" "other" { acl = "public-read" }
resource "aws_cloudtrail" "x" { s3_bucket_name = "mine" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let public = &["public-read", "public-read-write", "website", "authenticated-read"];
    for trail in cloud.of(&["aws_cloudtrail"]) {
        let Some(bucket) = cloud.referred(&trail.get("s3_bucket_name"), &["aws_s3_bucket"]) else { continue };
        let separate = cloud.that_refer(&["aws_s3_bucket_acl"], "bucket", bucket).map(|acl| acl.get("acl"));
        for acl in separate.chain([bucket.get("acl")]).filter(|acl| acl.is_one_of(public)) {
            acl.fail(found, "everybody may read the trail");
        }
    }
}
