//! Security group has no description.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0099",
    aliases: ["AWS-0099", "aws-ec2-add-description-to-security-group"],
    severity: Low,
    title: "Security group has no description",
    remedy: "Say in `description` what it is for.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_security_group" "x" { name = "x" }"#,
        r#"Resources:
  G: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: ""}}"#,
    ],
    good: [
        r#"resource "aws_security_group" "x" { description = "What the shop's front end may do" }"#,
        r#"Resources:
  G: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: !Sub "${AWS::StackName} nodes"}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for description in cloud.of(&["aws_security_group"]).map(|group| group.get("description")) {
        if description.is_missing() || description.is_text("Managed by Terraform") {
            description.fail(found, "has no description of its own");
        }
    }
}
