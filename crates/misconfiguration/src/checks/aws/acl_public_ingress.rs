//! Network ACL lets everybody reach SSH or remote desktop.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0105",
    aliases: ["AWS-0105", "aws-ec2-no-public-ingress-acl", "CKV_AWS_232", "CKV_AWS_231"],
    severity: Medium,
    title: "Network ACL lets everybody reach SSH or remote desktop",
    remedy: "Name the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_network_acl" "x" {
  ingress {
    action     = "allow"
    protocol   = "tcp"
    from_port  = 3000
    to_port    = 4000
    cidr_block = "0.0.0.0/0"
  }
}"#,
        r#"Resources:
  R: {Type: "AWS::EC2::NetworkAclEntry", Properties: {RuleAction: allow, Protocol: -1, Ipv6CidrBlock: "::/0"}}"#,
    ],
    good: [
        r#"resource "aws_network_acl_rule" "x" {
  egress      = true
  rule_action = "allow"
  protocol    = "all"
  cidr_block  = "0.0.0.0/0"
}"#,
        r#"Resources:
  R: {Type: "AWS::EC2::NetworkAclEntry", Properties: {RuleAction: allow, Protocol: 6, PortRange: {From: 443, To: 443}, CidrBlock: 0.0.0.0/0}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let rules = cloud.of(&["aws_network_acl_rule"]).filter(|rule| rule.get("egress").is_off());
    let of_lists = cloud.of(&["aws_network_acl", "aws_default_network_acl"]).flat_map(|list| list.each("ingress"));
    for (rule, action) in rules.map(|rule| (rule.whole(), "rule_action")).chain(of_lists.map(|rule| (rule, "action"))) {
        let protocol = rule.get("protocol");
        let is_other = protocol.is_one_of(&["udp", "17", "icmp", "1", "58"]);
        let every = protocol.is_one_of(&["all", "-1"]);
        let ports = super::covers(&rule, 22.0) || super::covers(&rule, 3389.0);
        for network in ["cidr_block", "ipv6_cidr_block"].map(|name| rule.get(name)) {
            let is_public = network.text().is_some_and(|network| super::is_everywhere(&network));
            if rule.get(action).is_text("allow") && is_public && !is_other && (every || ports) {
                network.fail(found, "every address may reach SSH or remote desktop");
            }
        }
    }
}
