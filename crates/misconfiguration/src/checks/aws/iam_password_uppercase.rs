//! Passwords need no upper-case letter.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0061",
    aliases: ["AWS-0061", "aws-iam-require-uppercase-in-passwords", "CKV_AWS_15"],
    severity: Medium,
    title: "Passwords need no upper-case letter",
    remedy: "Set `require_uppercase_characters` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_uppercase_characters = false
}"#,
        r#"resource "aws_iam_account_password_policy" "x" {}"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_uppercase_characters = true
}"#,
        r#"variable "on" { default = true }
resource "aws_iam_account_password_policy" "x" {
  require_uppercase_characters = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_iam_account_password_policy"], "require_uppercase_characters", found);
}
