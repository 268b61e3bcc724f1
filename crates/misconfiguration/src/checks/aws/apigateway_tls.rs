//! Domain of the API accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0005",
    aliases: ["AWS-0005", "aws-apigateway-use-secure-tls-policy", "CKV_AWS_206"],
    severity: High,
    title: "Domain of the API accepts outdated TLS",
    remedy: "Set `security_policy` to TLS_1_2.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_api_gateway_domain_name" "x" {
  security_policy = "other"
}"#,
        r#"resource "aws_api_gateway_domain_name" "x" {}"#,
    ],
    good: [
        r#"resource "aws_api_gateway_domain_name" "x" {
  security_policy = "TLS_1_2"
}"#,
        r#"variable "unknown" {}
resource "aws_api_gateway_domain_name" "x" {
  security_policy = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_api_gateway_domain_name"], "security_policy", &["TLS_1_2", "TLS_1_3"], found);
}
