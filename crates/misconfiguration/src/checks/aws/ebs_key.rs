//! Volume is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0027",
    aliases: ["AWS-0027", "aws-ec2-volume-encryption-customer-key", "CKV_AWS_189"],
    severity: Low,
    title: "Volume is not encrypted with a key of your own",
    remedy: "Set `kms_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ebs_volume" "x" {}"#,
        r#"resource "aws_ebs_volume" "x" {
  kms_key_id = "alias/aws/service"
}"#,
    ],
    good: [
        r#"resource "aws_kms_key" "k" {}
resource "aws_ebs_volume" "x" {
  kms_key_id = aws_kms_key.k.arn
}"#,
        r#"variable "unknown" {}
resource "aws_ebs_volume" "x" {
  kms_key_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_use_own_key(&["aws_ebs_volume"], "kms_key_id", found);
}
