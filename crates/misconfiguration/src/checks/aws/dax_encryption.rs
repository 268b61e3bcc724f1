//! Cluster of DAX is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0023",
    aliases: ["AWS-0023", "aws-dynamodb-enable-at-rest-encryption", "CKV_AWS_47"],
    severity: High,
    title: "Cluster of DAX is not encrypted",
    remedy: "Set `server_side_encryption.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_dax_cluster" "x" {
  server_side_encryption {
    enabled = false
  }
}"#,
        r#"resource "aws_dax_cluster" "x" {
  server_side_encryption {}
}"#,
    ],
    good: [
        r#"resource "aws_dax_cluster" "x" {
  server_side_encryption {
    enabled = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_dax_cluster" "x" {
  server_side_encryption {
    enabled = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_dax_cluster"], "server_side_encryption.enabled", found);
}
