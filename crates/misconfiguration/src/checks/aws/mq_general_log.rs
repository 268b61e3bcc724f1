//! Broker writes no log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0071",
    aliases: ["AWS-0071", "aws-mq-enable-general-logging"],
    severity: Low,
    title: "Broker writes no log",
    remedy: "Set `logs.general` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_mq_broker" "x" {
  logs {
    general = false
  }
}"#,
        r#"resource "aws_mq_broker" "x" {
  logs {}
}"#,
    ],
    good: [
        r#"resource "aws_mq_broker" "x" {
  logs {
    general = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_mq_broker" "x" {
  logs {
    general = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_mq_broker"], "logs.general", found);
}
