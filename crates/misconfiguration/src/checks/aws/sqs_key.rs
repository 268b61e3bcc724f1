//! Queue is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0135",
    aliases: ["AWS-0135", "aws-sqs-queue-encryption-use-cmk"],
    severity: High,
    title: "Queue is not encrypted with a key of your own",
    remedy: "Set `kms_master_key_id` to a key of your own.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_sqs_queue" "x" {
  kms_master_key_id = "alias/aws/sqs"
}"#,
        r#"locals { value = "alias/aws/sqs" }
resource "aws_sqs_queue" "x" {
  kms_master_key_id = local.value
}"#,
    ],
    good: [
        r#"resource "aws_sqs_queue" "x" {
  kms_master_key_id = "other"
}"#,
        r#"resource "aws_sqs_queue" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["aws_sqs_queue"], "kms_master_key_id", &["alias/aws/sqs"], found);
}
