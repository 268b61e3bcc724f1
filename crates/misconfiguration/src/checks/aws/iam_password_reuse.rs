//! Old passwords may be used again.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0056",
    aliases: ["AWS-0056", "aws-iam-no-password-reuse", "CKV_AWS_13"],
    severity: Medium,
    title: "Old passwords may be used again",
    remedy: "Set `password_reuse_prevention` to at least 5.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" {
  password_reuse_prevention = 4
}"#,
        r#"locals { value = 4 }
resource "aws_iam_account_password_policy" "x" {
  password_reuse_prevention = local.value
}"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" {
  password_reuse_prevention = 5
}"#,
        r#"variable "unknown" {}
resource "aws_iam_account_password_policy" "x" {
  password_reuse_prevention = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_at_least(&["aws_iam_account_password_policy"], "password_reuse_prevention", 5.0, 0.0, found);
}
