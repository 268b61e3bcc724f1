//! Policy of the state machine allows every action.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0120",
    aliases: ["AWS-0120", "aws-sam-no-state-machine-policy-wildcards"],
    severity: High,
    title: "Policy of the state machine allows every action",
    remedy: "Name the actions that are needed.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Policies: [X, {Statement: [{Effect: Allow, Action: "dynamodb:*", Resource: x}]}]}}"#,
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Policies: [{Statement: [{Effect: Allow, Action: ["s3:GetObject", "*"]}]}]}}"#,
    ],
    good: [
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Policies: [{Statement: [{Effect: Deny, Action: "*"}]}]}}"#,
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Role: x}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_have_no_wild_actions(cloud, "aws_serverless_state_machine", found);
}
