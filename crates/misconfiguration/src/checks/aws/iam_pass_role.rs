//! Policy lets every role be passed on.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::policy_document::{Statement, statements};

check! {
    id: "BHD-AWS-0342",
    aliases: ["AWS-0342", "aws-iam-filter-passrole-access"],
    severity: Medium,
    title: "Policy lets every role be passed on",
    remedy: "Name the roles in the resources of `iam:PassRole`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["iam:PassRole"], Resource = "*" }] })
}"#,
        r#"Resources:
  P: {Type: "AWS::IAM::Policy", Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "iam:passrole", Resource: ["*"]}]}}}"#,
    ],
    good: [
        r#"resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["iam:PassRole"], Resource = "arn:aws:iam::1:role/a" }] })
}"#,
        r#"resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Deny", Action = ["iam:PassRole"], Resource = "*" }] })
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for resource in cloud.of(super::IAM_POLICIES) {
        for policy in ["policy", "inline_policy.policy"].into_iter().flat_map(|path| resource.each(path)) {
            let is_wide = |statement: &Statement| {
                let passes = statement.actions.iter().any(|action| action.eq_ignore_ascii_case("iam:PassRole"));
                statement.is_allow && passes && statement.resources.iter().any(|resource| resource == "*")
            };
            if statements(&policy, cloud).iter().any(is_wide) {
                policy.fail(found, "every role may be passed on");
            }
        }
    }
}
