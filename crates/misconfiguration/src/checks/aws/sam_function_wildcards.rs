//! Policy of the function allows every action.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0114",
    aliases: ["AWS-0114", "aws-sam-no-function-policy-wildcards"],
    severity: High,
    title: "Policy of the function allows every action",
    remedy: "Name the actions that are needed.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Policies: [{Statement: [{Effect: Allow, Action: ["s3:*"], Resource: x}]}]}}"#,
        r#"Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Policies: {Statement: {Effect: Allow, Action: "*", Resource: x}}}}"#,
    ],
    good: [
        r#"Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Policies: [AWSLambdaExecute]}}"#,
        r#"Resources:
  F: {Type: "AWS::Serverless::Function", Properties: {Policies: [{Statement: [{Effect: Allow, Action: ["s3:GetObject"], Resource: x}]}]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_have_no_wild_actions(cloud, "aws_serverless_function", found);
}
