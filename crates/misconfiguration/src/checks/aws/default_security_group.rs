//! Default security group lets something through.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0173",
    aliases: ["AWS-0173", "aws-ec2-restrict-all-in-default-sg", "CKV2_AWS_12"],
    severity: Low,
    title: "Default security group lets something through",
    remedy: "Leave the default security group without rules.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_default_security_group" "x" {
  ingress { protocol = -1 }
}"#,
        r#"resource "aws_default_security_group" "x" {
  egress { protocol = "tcp" }
}"#,
    ],
    good: [
        r#"resource "aws_default_security_group" "x" { vpc_id = "vpc-1" }"#,
        r#"resource "aws_default_security_group" "x" {
  ingress = []
  egress  = []
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for group in cloud.of(&["aws_default_security_group"]) {
        for rules in ["ingress", "egress"].map(|name| group.get(name)) {
            if !rules.is_missing() && !rules.is_unknown() {
                rules.fail(found, "has rules");
            }
        }
    }
}
