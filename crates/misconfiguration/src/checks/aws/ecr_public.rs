//! Everybody may use the repository.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::policy_document::statements;

check! {
    id: "BHD-AWS-0032",
    aliases: ["AWS-0032", "aws-ecr-no-public-access", "CKV_AWS_32"],
    severity: High,
    title: "Everybody may use the repository",
    remedy: "Name the principals in the repository's policy.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecr_repository_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "ecr:*" }] })
}"#,
        r#"Resources:
  R:
    Type: AWS::ECR::Repository
    Properties: {RepositoryPolicyText: {Statement: [{Effect: Allow, Principal: "*", Action: ["ecr:GetDownloadUrlForLayer"]}]}}"#,
    ],
    good: [
        r#"resource "aws_ecr_repository_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Deny", Principal = "*", Action = "ecr:*" }] })
}"#,
        r#"data "aws_iam_policy_document" "p" {
  statement {
    actions = ["ecr:BatchGetImage"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}
resource "aws_ecr_repository_policy" "x" { policy = data.aws_iam_policy_document.p.json }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let of_policies = cloud.of(&["aws_ecr_repository_policy"]).map(|policy| policy.get("policy"));
    let of_repositories = cloud.of(&["aws_ecr_repository"]).map(|repository| repository.get("repository_policy_text"));
    for policy in of_policies.chain(of_repositories) {
        for statement in statements(&policy, cloud).into_iter().filter(|statement| statement.is_allow) {
            let is_of_registry = statement.actions.iter().any(|action| action == "*" || action.to_ascii_lowercase().starts_with("ecr:"));
            if is_of_registry && statement.is_for_everybody() && !statement.has_condition {
                policy.fail(found, "the policy allows everybody");
            }
        }
    }
}
