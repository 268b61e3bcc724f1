//! Queue is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0096",
    aliases: ["AWS-0096", "aws-sqs-enable-queue-encryption", "CKV_AWS_27"],
    severity: High,
    title: "Queue is not encrypted",
    remedy: "Set `kms_master_key_id`, or `sqs_managed_sse_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_sqs_queue" "x" { kms_master_key_id = "" }"#,
        r#"Resources:
  Q: {Type: "AWS::SQS::Queue"}"#,
    ],
    good: [
        r#"resource "aws_sqs_queue" "x" { sqs_managed_sse_enabled = true }"#,
        r#"Resources:
  Q: {Type: "AWS::SQS::Queue", Properties: {KmsMasterKeyId: !Ref K}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for queue in cloud.of(&["aws_sqs_queue"]) {
        let managed = queue.get("sqs_managed_sse_enabled");
        if queue.get("kms_master_key_id").is_missing() && managed.is_off() {
            queue.get("kms_master_key_id").fail(found, "no key encrypts the queue");
        }
    }
}
