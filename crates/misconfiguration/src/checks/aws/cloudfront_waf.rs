//! Distribution has no web application firewall.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0011",
    aliases: ["AWS-0011", "aws-cloudfront-enable-waf", "CKV_AWS_68"],
    severity: High,
    title: "Distribution has no web application firewall",
    remedy: "Set `web_acl_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudfront_distribution" "x" {}"#,
        r#"resource "aws_cloudfront_distribution" "x" {
  web_acl_id = ""
}"#,
    ],
    good: [
        r#"resource "aws_cloudfront_distribution" "x" {
  web_acl_id = "something"
}"#,
        r#"variable "unknown" {}
resource "aws_cloudfront_distribution" "x" {
  web_acl_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_cloudfront_distribution"], "web_acl_id", found);
}
