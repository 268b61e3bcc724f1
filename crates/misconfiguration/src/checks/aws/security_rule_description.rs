//! Rule of the security group has no description.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0124",
    aliases: ["AWS-0124", "aws-ec2-add-description-to-security-group-rule", "CKV_AWS_23"],
    severity: Low,
    title: "Rule of the security group has no description",
    remedy: "Say in `description` what it is for.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_security_group" "x" {
  ingress { description = "in" }
  egress { from_port = 0 }
}"#,
        r#"Resources:
  R: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {IpProtocol: tcp}}"#,
    ],
    good: [
        r#"resource "aws_security_group_rule" "x" { description = "what it is for" }"#,
        r#"Resources:
  G: {Type: "AWS::EC2::SecurityGroup", Properties: {SecurityGroupIngress: [{Description: a}]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let groups = cloud.of(&["aws_security_group", "aws_default_security_group"]);
    let of_groups = groups.flat_map(|group| group.get("ingress").items().into_iter().chain(group.get("egress").items()));
    let kinds = &["aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"];
    for rule in of_groups.chain(cloud.of(kinds).map(|rule| rule.whole())) {
        if rule.get("description").is_missing() && !rule.is_unknown() {
            rule.get("description").fail(found, "has no description");
        }
    }
}
