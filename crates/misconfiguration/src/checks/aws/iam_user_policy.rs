//! Policy is attached to a user.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0143",
    aliases: ["AWS-0143", "aws-iam-no-user-attached-policies", "CKV_AWS_40"],
    severity: Low,
    title: "Policy is attached to a user",
    remedy: "Attach policies to groups or roles.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_user_policy" "x" { user = "jim" }"#,
        r#"Resources:
  U: {Type: "AWS::IAM::User", Properties: {Policies: [{PolicyName: x, PolicyDocument: {}}]}}"#,
    ],
    good: [
        r#"resource "aws_iam_group_policy_attachment" "x" { group = "team" }"#,
        r#"Resources:
  U: {Type: "AWS::IAM::User", Properties: {Groups: [team]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for attachment in cloud.of(&["aws_iam_user_policy", "aws_iam_user_policy_attachment"]) {
        attachment.get("user").fail(found, "gives rights to one user");
    }
    for user in cloud.of(&["aws_iam_user"]).filter(|user| !user.get("inline_policy").is_missing()) {
        user.get("inline_policy").fail(found, "gives rights to one user");
    }
}
