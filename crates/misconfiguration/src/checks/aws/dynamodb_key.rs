//! Table is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0025",
    aliases: ["AWS-0025", "aws-dynamodb-table-customer-key", "CKV_AWS_119"],
    severity: Low,
    title: "Table is not encrypted with a key of your own",
    remedy: "Set `server_side_encryption` with `enabled` and `kms_key_arn`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_dynamodb_table" "x" {
  server_side_encryption { enabled = true }
}"#,
        r#"Resources:
  T: {Type: "AWS::DynamoDB::Table", Properties: {SSESpecification: {SSEEnabled: true, KMSMasterKeyId: alias/aws/dynamodb}}}"#,
    ],
    good: [
        r#"resource "aws_dynamodb_table" "x" {
  server_side_encryption {
    enabled     = true
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }
}"#,
        r#"Resources:
  T: {Type: "AWS::DynamoDB::Table", Properties: {SSESpecification: {SSEEnabled: true, KMSMasterKeyId: !Ref K}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for table in cloud.of(&["aws_dynamodb_table"]) {
        let enabled = table.get("server_side_encryption.enabled");
        if enabled.is_off() {
            enabled.fail(found, "`server_side_encryption` is not enabled");
        } else {
            table.get("server_side_encryption.kms_key_arn").must_be_own_key("kms_key_arn", found);
        }
    }
}
