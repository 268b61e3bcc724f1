//! Key is not rotated.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0065",
    aliases: ["AWS-0065", "aws-kms-auto-rotate-keys", "CKV_AWS_7"],
    severity: Medium,
    title: "Key is not rotated",
    remedy: "Set `enable_key_rotation` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_kms_key" "x" { enable_key_rotation = false }"#,
        r#"Resources:
  K: {Type: "AWS::KMS::Key"}"#,
    ],
    good: [
        r#"resource "aws_kms_key" "x" { key_usage = "SIGN_VERIFY" }"#,
        r#"Resources:
  K: {Type: "AWS::KMS::Key", Properties: {EnableKeyRotation: true}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for key in cloud.of(&["aws_kms_key"]) {
        let usage = key.get("key_usage");
        let spec = key.get("customer_master_key_spec");
        let is_symmetric = spec.is_missing() || spec.is_text("SYMMETRIC_DEFAULT");
        if (usage.is_missing() || usage.is_text("ENCRYPT_DECRYPT")) && is_symmetric {
            key.get("enable_key_rotation").must_be_true("enable_key_rotation", found);
        }
    }
}
