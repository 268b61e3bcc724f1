//! Search domain accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0126",
    aliases: ["AWS-0126", "aws-elasticsearch-use-secure-tls-policy", "CKV_AWS_228"],
    severity: High,
    title: "Search domain accepts outdated TLS",
    remedy: "Set `tls_security_policy` to Policy-Min-TLS-1-2-2019-07 or later.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticsearch_domain" "x" {
  domain_endpoint_options {
    tls_security_policy = "other"
  }
}"#,
        r#"resource "aws_opensearch_domain" "x" {
  domain_endpoint_options {}
}"#,
    ],
    good: [
        r#"resource "aws_elasticsearch_domain" "x" {
  domain_endpoint_options {
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
}"#,
        r#"variable "unknown" {}
resource "aws_opensearch_domain" "x" {
  domain_endpoint_options {
    tls_security_policy = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_elasticsearch_domain", "aws_opensearch_domain"], "domain_endpoint_options.tls_security_policy", &["Policy-Min-TLS-1-2-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"], found);
}
