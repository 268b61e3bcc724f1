//! Security group lets everybody reach SSH or remote desktop.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0107",
    aliases: ["AWS-0107", "aws-ec2-no-public-ingress-sgr", "CKV_AWS_24", "CKV_AWS_25"],
    severity: High,
    title: "Security group lets everybody reach SSH or remote desktop",
    remedy: "Name the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_vpc_security_group_ingress_rule" "x" {
  ip_protocol = "tcp"
  from_port   = 3389
  to_port     = 3389
  cidr_ipv4   = "0.0.0.0/0"
}"#,
        r#"Resources:
  G: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {IpProtocol: tcp, FromPort: 0, ToPort: 65535, CidrIpv6: "::/0"}}"#,
    ],
    good: [
        r#"resource "aws_security_group" "x" {
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}"#,
        r#"variable "networks" {}
resource "aws_security_group" "x" {
  dynamic "ingress" {
    for_each = var.networks
    content {
      protocol    = "tcp"
      from_port   = 22
      to_port     = 22
      cidr_blocks = [ingress.value]
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for rule in super::security_rules(cloud, "ingress") {
        let protocol = rule.at.get(rule.protocol);
        let is_all = protocol.is_one_of(&["-1", "all"]);
        let is_other = protocol.is_one_of(&["udp", "17", "icmp", "icmpv6", "1", "58"]);
        let is_remote = super::covers(&rule.at, 22.0) || super::covers(&rule.at, 3389.0);
        if (is_all || (is_remote && !is_other)) && let Some(network) = rule.everywhere() {
            network.fail(found, "every address may reach SSH or remote desktop");
        }
    }
}
