//! Policy allows everything.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::policy_document::statements;

check! {
    id: "BHD-AWS-0057",
    aliases: ["AWS-0057", "aws-iam-no-policy-wildcards"],
    severity: High,
    title: "Policy allows everything",
    remedy: "Name the actions and resources that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:*"], Resource = "*" }] })
}"#,
        r#"Resources:
  R:
    Type: AWS::IAM::Role
    Properties: {Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: "*", Resource: ["*"]}}}]}"#,
    ],
    good: [
        r#"resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::b/*" }] })
}"#,
        r#"data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }
}
resource "aws_iam_role_policy" "x" { policy = data.aws_iam_policy_document.p.json }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for resource in cloud.of(super::IAM_POLICIES) {
        for path in ["policy", "inline_policy.policy"] {
            for policy in resource.each(path) {
                let is_wild = |statement: &crate::policy_document::Statement| {
                    let any_action = statement.actions.iter().any(|action| action == "*" || action.ends_with(":*"));
                    let any_resource = statement.resources.iter().any(|resource| resource == "*");
                    statement.is_allow && any_action && any_resource && !statement.has_condition
                };
                if statements(&policy, cloud).iter().any(is_wild) {
                    policy.fail(found, "allows all actions on all resources");
                }
            }
        }
    }
}
