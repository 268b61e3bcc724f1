//! Search domain is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0048",
    aliases: ["AWS-0048", "aws-elasticsearch-enable-domain-encryption", "CKV_AWS_5"],
    severity: High,
    title: "Search domain is not encrypted",
    remedy: "Set `encrypt_at_rest.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticsearch_domain" "x" {
  encrypt_at_rest {
    enabled = false
  }
}"#,
        r#"resource "aws_opensearch_domain" "x" {
  encrypt_at_rest {}
}"#,
    ],
    good: [
        r#"resource "aws_elasticsearch_domain" "x" {
  encrypt_at_rest {
    enabled = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_opensearch_domain" "x" {
  encrypt_at_rest {
    enabled = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_elasticsearch_domain", "aws_opensearch_domain"], "encrypt_at_rest.enabled", found);
}
