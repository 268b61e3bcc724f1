//! Disks of EMR's nodes are not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::node::Node;

check! {
    id: "BHD-AWS-0139",
    aliases: ["AWS-0139", "aws-emr-enable-local-disk-encryption"],
    severity: High,
    title: "Disks of EMR's nodes are not encrypted",
    remedy: "Set `LocalDiskEncryptionConfiguration` with a provider of keys.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_emr_security_configuration" "x" { configuration = "{\"EncryptionConfiguration\": {}}" }"#,
        r#"resource "aws_emr_security_configuration" "x" {
  configuration = jsonencode({ EncryptionConfiguration = { AtRestEncryptionConfiguration = { S3EncryptionConfiguration = {} } } })
}"#,
    ],
    good: [
        r#"resource "aws_emr_security_configuration" "x" {
  configuration = jsonencode({ EncryptionConfiguration = { AtRestEncryptionConfiguration = {
    LocalDiskEncryptionConfiguration = { EncryptionKeyProviderType = "AwsKms" } } } })
}"#,
        r#"variable "c" {}
resource "aws_emr_security_configuration" "x" { configuration = var.c }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let path = "AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.EncryptionKeyProviderType";
    super::emr_must(cloud, path, |value| value.and_then(Node::as_partial_text).is_some_and(|text| !text.is_empty()), found);
}
