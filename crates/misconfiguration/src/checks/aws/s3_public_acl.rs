//! Bucket is public by its ACL.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0092",
    aliases: ["AWS-0092", "aws-s3-no-public-access-with-acl", "CKV_AWS_20", "CKV_AWS_57"],
    severity: High,
    title: "Bucket is public by its ACL",
    remedy: "Set the ACL to private.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket_acl" "x" {
  bucket = "x"
  acl    = "public-read-write"
}"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {AccessControl: PublicRead}}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" { acl = "log-delivery-write" }"#,
        r#"Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {AccessControl: BucketOwnerFullControl}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let public = &["public-read", "public-read-write", "website", "authenticated-read"];
    cloud.must_not_be(&["aws_s3_bucket", "aws_s3_bucket_acl"], "acl", public, found);
    for grantee in cloud.of(&["aws_s3_bucket_acl"]).flat_map(|acl| acl.each("access_control_policy.grant.grantee.uri")) {
        if grantee.text().is_some_and(|uri| uri.ends_with("/AllUsers") || uri.ends_with("/AuthenticatedUsers")) {
            grantee.fail(found, "grants rights to everybody");
        }
    }
}
