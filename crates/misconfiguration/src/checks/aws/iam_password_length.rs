//! Passwords may be short.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0063",
    aliases: ["AWS-0063", "aws-iam-set-minimum-password-length", "CKV_AWS_10"],
    severity: Medium,
    title: "Passwords may be short",
    remedy: "Set `minimum_password_length` to at least 14.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" {
  minimum_password_length = 13
}"#,
        r#"locals { value = 13 }
resource "aws_iam_account_password_policy" "x" {
  minimum_password_length = local.value
}"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" {
  minimum_password_length = 14
}"#,
        r#"variable "unknown" {}
resource "aws_iam_account_password_policy" "x" {
  minimum_password_length = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_at_least(&["aws_iam_account_password_policy"], "minimum_password_length", 14.0, 6.0, found);
}
