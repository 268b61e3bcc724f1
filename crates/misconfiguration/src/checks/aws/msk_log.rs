//! Brokers of Kafka write no log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0074",
    aliases: ["AWS-0074", "aws-msk-enable-logging", "CKV_AWS_80"],
    severity: Medium,
    title: "Brokers of Kafka write no log",
    remedy: "Enable one of the destinations of `logging_info.broker_logs`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_msk_cluster" "x" {}"#,
        r#"resource "aws_msk_cluster" "x" {
  logging_info {
    broker_logs {
      firehose { enabled = false }
    }
  }
}"#,
    ],
    good: [
        r#"resource "aws_msk_cluster" "x" {
  logging_info {
    broker_logs {
      s3 { enabled = true }
    }
  }
}"#,
        r#"Resources:
  C: {Type: "AWS::MSK::Cluster", Properties: {LoggingInfo: {BrokerLogs: {CloudWatchLogs: {Enabled: true}}}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_msk_cluster"]) {
        let logs = cluster.get("logging_info.broker_logs");
        let is_on = ["s3", "cloudwatch_logs", "firehose"].iter().any(|kind| !logs.get(&format!("{kind}.enabled")).is_off());
        if !is_on {
            logs.fail(found, "no broker log is enabled");
        }
    }
}
