//! Default VPC is used.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0101",
    aliases: ["AWS-0101", "aws-ec2-no-default-vpc", "CKV_AWS_148"],
    severity: High,
    title: "Default VPC is used",
    remedy: "Make a VPC of your own.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_default_vpc" "x" {}"#,
        r#"resource "aws_default_vpc" "x" { enable_dns_support = true }"#,
    ],
    good: [
        r#"resource "aws_vpc" "x" { cidr_block = "10.0.0.0/16" }"#,
        r#"data "aws_default_vpc" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for vpc in cloud.of(&["aws_default_vpc"]) {
        vpc.whole().fail(found, "is the default VPC");
    }
}
