//! Brokers of Kafka are not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0179",
    aliases: ["AWS-0179", "aws-msk-enable-at-rest-encryption"],
    severity: High,
    title: "Brokers of Kafka are not encrypted with a key of your own",
    remedy: "Set `encryption_at_rest_kms_key_arn`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_msk_cluster" "x" {
  encryption_info {}
}"#,
        r#"resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_at_rest_kms_key_arn = ""
  }
}"#,
    ],
    good: [
        r#"resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_at_rest_kms_key_arn = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_at_rest_kms_key_arn = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_msk_cluster"], "encryption_info.encryption_at_rest_kms_key_arn", found);
}
