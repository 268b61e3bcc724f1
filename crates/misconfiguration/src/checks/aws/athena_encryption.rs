//! Athena stores results unencrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0006",
    aliases: ["AWS-0006", "aws-athena-enable-at-rest-encryption", "CKV_AWS_77"],
    severity: High,
    title: "Athena stores results unencrypted",
    remedy: "Set `encryption_configuration` of the database and of the workgroup's results.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_athena_database" "x" {
  name   = "logs"
  bucket = "results"
}"#,
        r#"resource "aws_athena_workgroup" "x" {
  configuration {
    result_configuration { output_location = "s3://x/" }
  }
}"#,
    ],
    good: [
        r#"resource "aws_athena_database" "x" {
  encryption_configuration { encryption_option = "SSE_S3" }
}"#,
        r#"Resources:
  Group:
    Type: AWS::Athena::WorkGroup
    Properties:
      WorkGroupConfiguration: {ResultConfiguration: {EncryptionConfiguration: {EncryptionOption: SSE_S3}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_athena_database"], "encryption_configuration.encryption_option", found);
    let path = "configuration.result_configuration.encryption_configuration.encryption_option";
    cloud.must_be_set(&["aws_athena_workgroup"], path, found);
}
