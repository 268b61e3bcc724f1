//! Topic is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0095",
    aliases: ["AWS-0095", "aws-sns-enable-topic-encryption", "CKV_AWS_26"],
    severity: High,
    title: "Topic is not encrypted",
    remedy: "Set `kms_master_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_sns_topic" "x" {}"#,
        r#"resource "aws_sns_topic" "x" {
  kms_master_key_id = ""
}"#,
    ],
    good: [
        r#"resource "aws_sns_topic" "x" {
  kms_master_key_id = "something"
}"#,
        r#"variable "unknown" {}
resource "aws_sns_topic" "x" {
  kms_master_key_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_sns_topic"], "kms_master_key_id", found);
}
