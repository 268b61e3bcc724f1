//! Stream is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0064",
    aliases: ["AWS-0064", "aws-kinesis-enable-in-transit-encryption", "CKV_AWS_43"],
    severity: High,
    title: "Stream is not encrypted",
    remedy: "Set `encryption_type` to KMS, with a key.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_kinesis_stream" "x" { encryption_type = "NONE" }"#,
        r#"Resources:
  S: {Type: "AWS::Kinesis::Stream", Properties: {ShardCount: 1}}"#,
    ],
    good: [
        r#"resource "aws_kinesis_stream" "x" { encryption_type = "KMS" }"#,
        r#"Resources:
  S: {Type: "AWS::Kinesis::Stream", Properties: {StreamEncryption: {EncryptionType: KMS, KeyId: alias/x}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_kinesis_stream"], "encryption_type", &["KMS"], found);
}
