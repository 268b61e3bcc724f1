//! Trail records one region only.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0014",
    aliases: ["AWS-0014", "aws-cloudtrail-enable-all-regions", "CKV_AWS_67"],
    severity: Medium,
    title: "Trail records one region only",
    remedy: "Set `is_multi_region_trail` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudtrail" "x" {
  is_multi_region_trail = false
}"#,
        r#"resource "aws_cloudtrail" "x" {}"#,
    ],
    good: [
        r#"resource "aws_cloudtrail" "x" {
  is_multi_region_trail = true
}"#,
        r#"variable "on" { default = true }
resource "aws_cloudtrail" "x" {
  is_multi_region_trail = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_cloudtrail"], "is_multi_region_trail", found);
}
