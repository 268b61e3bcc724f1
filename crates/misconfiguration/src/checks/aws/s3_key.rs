//! Bucket is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0132",
    aliases: ["AWS-0132", "aws-s3-encryption-customer-key", "CKV_AWS_145"],
    severity: High,
    title: "Bucket is not encrypted with a key of your own",
    remedy: "Set `sse_algorithm` to aws:kms and `kms_master_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_s3_bucket" "x" { bucket = "x" }"#,
        r#"Resources:
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms"}}]}"#,
    ],
    good: [
        r#"resource "aws_s3_bucket" "x" { acl = "log-delivery-write" }"#,
        r#"Resources:
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: !GetAtt K.Arn}}]"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        let keys = super::bucket_encryption(cloud, bucket, "kms_master_key_id");
        if keys.iter().all(|key| key.is_missing()) && !super::is_log_bucket(cloud, bucket) {
            bucket.whole().fail(found, "no key of your own encrypts the bucket");
        }
    }
}
