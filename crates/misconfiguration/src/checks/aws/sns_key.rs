//! Topic is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0136",
    aliases: ["AWS-0136", "aws-sns-topic-encryption-use-cmk"],
    severity: High,
    title: "Topic is not encrypted with a key of your own",
    remedy: "Set `kms_master_key_id` to a key of your own.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_sns_topic" "x" {
  kms_master_key_id = "alias/aws/sns"
}"#,
        r#"locals { value = "alias/aws/sns" }
resource "aws_sns_topic" "x" {
  kms_master_key_id = local.value
}"#,
    ],
    good: [
        r#"resource "aws_sns_topic" "x" {
  kms_master_key_id = "other"
}"#,
        r#"resource "aws_sns_topic" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["aws_sns_topic"], "kms_master_key_id", &["alias/aws/sns"], found);
}
