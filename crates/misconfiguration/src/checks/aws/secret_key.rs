//! Secret is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0098",
    aliases: ["AWS-0098", "aws-ssm-secret-use-customer-key", "CKV_AWS_149"],
    severity: Low,
    title: "Secret is not encrypted with a key of your own",
    remedy: "Set `kms_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_secretsmanager_secret" "x" {}"#,
        r#"resource "aws_secretsmanager_secret" "x" {
  kms_key_id = "alias/aws/service"
}"#,
    ],
    good: [
        r#"resource "aws_kms_key" "k" {}
resource "aws_secretsmanager_secret" "x" {
  kms_key_id = aws_kms_key.k.arn
}"#,
        r#"variable "unknown" {}
resource "aws_secretsmanager_secret" "x" {
  kms_key_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_use_own_key(&["aws_secretsmanager_secret"], "kms_key_id", found);
}
