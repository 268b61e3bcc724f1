//! Broker writes no audit log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0070",
    aliases: ["AWS-0070", "aws-mq-enable-audit-logging", "CKV_AWS_48"],
    severity: Medium,
    title: "Broker writes no audit log",
    remedy: "Set `logs.audit` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_mq_broker" "x" {
  logs {
    audit = false
  }
}"#,
        r#"resource "aws_mq_broker" "x" {
  logs {}
}"#,
    ],
    good: [
        r#"resource "aws_mq_broker" "x" {
  logs {
    audit = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_mq_broker" "x" {
  logs {
    audit = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_mq_broker"], "logs.audit", found);
}
