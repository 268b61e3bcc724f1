//! Nodes of the search domain talk unencrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0043",
    aliases: ["AWS-0043", "aws-elasticsearch-enable-in-transit-encryption", "CKV_AWS_6"],
    severity: High,
    title: "Nodes of the search domain talk unencrypted",
    remedy: "Set `node_to_node_encryption.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticsearch_domain" "x" {
  node_to_node_encryption {
    enabled = false
  }
}"#,
        r#"resource "aws_opensearch_domain" "x" {
  node_to_node_encryption {}
}"#,
    ],
    good: [
        r#"resource "aws_elasticsearch_domain" "x" {
  node_to_node_encryption {
    enabled = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_opensearch_domain" "x" {
  node_to_node_encryption {
    enabled = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_elasticsearch_domain", "aws_opensearch_domain"], "node_to_node_encryption.enabled", found);
}
