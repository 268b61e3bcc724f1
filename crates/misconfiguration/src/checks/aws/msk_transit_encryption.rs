//! Brokers of Kafka accept unencrypted connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0073",
    aliases: ["AWS-0073", "aws-msk-enable-in-transit-encryption", "CKV_AWS_81"],
    severity: High,
    title: "Brokers of Kafka accept unencrypted connections",
    remedy: "Set `encryption_in_transit.client_broker` to TLS.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS_PLAINTEXT"
    }
  }
}"#,
        r#"locals { value = "PLAINTEXT" }
resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_in_transit {
      client_broker = local.value
    }
  }
}"#,
    ],
    good: [
        r#"resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_in_transit {
      client_broker = "other"
    }
  }
}"#,
        r#"resource "aws_msk_cluster" "x" {
  encryption_info {
    encryption_in_transit {}
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["aws_msk_cluster"], "encryption_info.encryption_in_transit.client_broker", &["TLS_PLAINTEXT", "PLAINTEXT"], found);
}
