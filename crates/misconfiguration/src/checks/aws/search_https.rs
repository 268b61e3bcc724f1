//! Search domain answers over plain HTTP.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0046",
    aliases: ["AWS-0046", "aws-elasticsearch-enforce-https", "CKV_AWS_83"],
    severity: Critical,
    title: "Search domain answers over plain HTTP",
    remedy: "Set `domain_endpoint_options.enforce_https` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticsearch_domain" "x" {
  domain_endpoint_options {
    enforce_https = false
  }
}"#,
        r#"resource "aws_opensearch_domain" "x" {
  domain_endpoint_options {}
}"#,
    ],
    good: [
        r#"resource "aws_elasticsearch_domain" "x" {
  domain_endpoint_options {
    enforce_https = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_opensearch_domain" "x" {
  domain_endpoint_options {
    enforce_https = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_elasticsearch_domain", "aws_opensearch_domain"], "domain_endpoint_options.enforce_https", found);
}
