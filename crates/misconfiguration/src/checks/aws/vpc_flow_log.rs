//! VPC has no flow log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0178",
    aliases: ["AWS-0178", "aws-ec2-require-vpc-flow-logs-for-all-vpcs", "CKV2_AWS_11"],
    severity: Medium,
    title: "VPC has no flow log",
    remedy: "Add a flow log for the VPC.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_vpc" "x" {}
resource "aws_flow_log" "x" { vpc_id = "vpc-1" }"#,
        r#"Resources:
  V: {Type: "AWS::EC2::VPC"}"#,
    ],
    good: [
        r#"resource "aws_vpc" "x" {}
resource "aws_flow_log" "x" { vpc_id = aws_vpc.x.id }"#,
        r#"Resources:
  V: {Type: "AWS::EC2::VPC"}
  L: {Type: "AWS::EC2::FlowLog", Properties: {ResourceId: !Ref V, ResourceType: VPC}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for vpc in cloud.of(&["aws_vpc", "aws_default_vpc"]) {
        if cloud.that_refer(&["aws_flow_log"], "vpc_id", vpc).next().is_none() {
            vpc.whole().fail(found, "has no flow log");
        }
    }
}
