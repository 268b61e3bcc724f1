//! Broker is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0072",
    aliases: ["AWS-0072", "aws-mq-no-public-access", "CKV_AWS_69"],
    severity: High,
    title: "Broker is public",
    remedy: "Set `publicly_accessible` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_mq_broker" "x" {
  publicly_accessible = true
}"#,
        r#"locals { on = true }
resource "aws_mq_broker" "x" {
  publicly_accessible = local.on
}"#,
    ],
    good: [
        r#"resource "aws_mq_broker" "x" {
  publicly_accessible = false
}"#,
        r#"resource "aws_mq_broker" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["aws_mq_broker"], "publicly_accessible", found);
}
