//! Cluster of EMR stores its data unencrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::node::Node;

check! {
    id: "BHD-AWS-0137",
    aliases: ["AWS-0137", "aws-emr-enable-at-rest-encryption"],
    severity: High,
    title: "Cluster of EMR stores its data unencrypted",
    remedy: "Set `EnableAtRestEncryption` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_emr_security_configuration" "x" { configuration = "{\"EncryptionConfiguration\": {}}" }"#,
        r#"resource "aws_emr_security_configuration" "x" {
  configuration = jsonencode({ EncryptionConfiguration = { EnableAtRestEncryption = false } })
}"#,
    ],
    good: [
        r#"resource "aws_emr_security_configuration" "x" {
  configuration = jsonencode({ EncryptionConfiguration = { EnableAtRestEncryption = true } })
}"#,
        r#"variable "c" {}
resource "aws_emr_security_configuration" "x" { configuration = var.c }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::emr_must(cloud, "EnableAtRestEncryption", |value| value.and_then(Node::as_bool) == Some(true), found);
}
