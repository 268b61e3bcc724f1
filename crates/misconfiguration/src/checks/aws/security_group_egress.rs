//! Security group lets everything out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0104",
    aliases: ["AWS-0104", "aws-ec2-no-public-egress-sgr", "CKV_AWS_382"],
    severity: Critical,
    title: "Security group lets everything out",
    remedy: "Name the networks and ports that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_security_group" "x" {
  egress {
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}"#,
        r#"Resources:
  G: {Type: "AWS::EC2::SecurityGroup", Properties: {SecurityGroupEgress: [{IpProtocol: -1, CidrIpv6: "::/0"}]}}"#,
    ],
    good: [
        r#"resource "aws_security_group_rule" "x" {
  type        = "egress"
  protocol    = "tcp"
  cidr_blocks = ["0.0.0.0/0"]
}"#,
        r#"resource "aws_vpc_security_group_egress_rule" "x" {
  ip_protocol = "-1"
  cidr_ipv4   = "10.0.0.0/8"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for rule in super::security_rules(cloud, "egress") {
        let is_all = rule.at.get(rule.protocol).is_one_of(&["-1", "all"]);
        if is_all && let Some(network) = rule.everywhere() {
            network.fail(found, "every address may be reached on every port");
        }
    }
}
