//! Subnet gives public addresses.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0164",
    aliases: ["AWS-0164", "aws-ec2-no-public-ip-subnet", "CKV_AWS_130"],
    severity: High,
    title: "Subnet gives public addresses",
    remedy: "Set `map_public_ip_on_launch` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_subnet" "x" {
  map_public_ip_on_launch = true
}"#,
        r#"locals { on = true }
resource "aws_subnet" "x" {
  map_public_ip_on_launch = local.on
}"#,
    ],
    good: [
        r#"resource "aws_subnet" "x" {
  map_public_ip_on_launch = false
}"#,
        r#"resource "aws_subnet" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["aws_subnet"], "map_public_ip_on_launch", found);
}
