//! Cluster of EMR talks unencrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::node::Node;

check! {
    id: "BHD-AWS-0138",
    aliases: ["AWS-0138", "aws-emr-enable-in-transit-encryption"],
    severity: High,
    title: "Cluster of EMR talks unencrypted",
    remedy: "Set `EnableInTransitEncryption` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_emr_security_configuration" "x" { configuration = "{\"EncryptionConfiguration\": {}}" }"#,
        r#"resource "aws_emr_security_configuration" "x" {
  configuration = jsonencode({ EncryptionConfiguration = { EnableInTransitEncryption = false } })
}"#,
    ],
    good: [
        r#"resource "aws_emr_security_configuration" "x" {
  configuration = jsonencode({ EncryptionConfiguration = { EnableInTransitEncryption = true } })
}"#,
        r#"variable "c" {}
resource "aws_emr_security_configuration" "x" { configuration = var.c }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::emr_must(cloud, "EnableInTransitEncryption", |value| value.and_then(Node::as_bool) == Some(true), found);
}
