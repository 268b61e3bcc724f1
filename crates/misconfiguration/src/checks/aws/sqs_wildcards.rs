//! Policy of the queue allows every action.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::policy_document::statements;

check! {
    id: "BHD-AWS-0097",
    aliases: ["AWS-0097", "aws-sqs-no-wildcards-in-policy-documents", "CKV_AWS_72"],
    severity: High,
    title: "Policy of the queue allows every action",
    remedy: "Name the actions that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_sqs_queue_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*" }] })
}"#,
        r#"Resources:
  P: {Type: "AWS::SQS::QueuePolicy", Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:*"}]}}}"#,
    ],
    good: [
        r#"resource "aws_sqs_queue_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage" }] })
}"#,
        r#"Resources:
  P: {Type: "AWS::SQS::QueuePolicy", Properties: {PolicyDocument: {Statement: [{Effect: Deny, Action: "sqs:*"}]}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let policies = cloud.of(&["aws_sqs_queue_policy", "aws_sqs_queue"]).map(|resource| resource.get("policy"));
    for policy in policies.filter(|policy| policy.is_set()) {
        let is_wild = |action: &String| action == "*" || action.eq_ignore_ascii_case("sqs:*");
        if statements(&policy, cloud).iter().any(|statement| statement.is_allow && statement.actions.iter().any(is_wild)) {
            policy.fail(found, "allows every action");
        }
    }
}
