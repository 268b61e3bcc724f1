//! Network ACL allows every port.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0102",
    aliases: ["AWS-0102", "aws-ec2-no-excessive-port-access", "CKV_AWS_352"],
    severity: Critical,
    title: "Network ACL allows every port",
    remedy: "Set the protocol and its ports.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_network_acl" "x" {
  egress {
    action   = "allow"
    protocol = -1
  }
}"#,
        r#"Resources:
  R: {Type: "AWS::EC2::NetworkAclEntry", Properties: {RuleAction: allow, Protocol: "-1"}}"#,
    ],
    good: [
        r#"resource "aws_network_acl_rule" "x" {
  rule_action = "deny"
  protocol    = "all"
}"#,
        r#"Resources:
  R: {Type: "AWS::EC2::NetworkAclEntry", Properties: {RuleAction: allow, Protocol: 17}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let rules = cloud.of(&["aws_network_acl_rule"]).map(|rule| (rule.whole(), "rule_action"));
    let of_lists = cloud.of(&["aws_network_acl", "aws_default_network_acl"]);
    let within = of_lists.flat_map(|list| list.each("ingress").into_iter().chain(list.each("egress"))).map(|rule| (rule, "action"));
    for (rule, action) in rules.chain(within) {
        let protocol = rule.get("protocol");
        if rule.get(action).is_text("allow") && protocol.is_one_of(&["all", "-1"]) {
            protocol.fail(found, "allows every protocol and port");
        }
    }
}
