//! Passwords need no digit.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0059",
    aliases: ["AWS-0059", "aws-iam-require-numbers-in-passwords", "CKV_AWS_12"],
    severity: Medium,
    title: "Passwords need no digit",
    remedy: "Set `require_numbers` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_numbers = false
}"#,
        r#"resource "aws_iam_account_password_policy" "x" {}"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_numbers = true
}"#,
        r#"variable "on" { default = true }
resource "aws_iam_account_password_policy" "x" {
  require_numbers = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_iam_account_password_policy"], "require_numbers", found);
}
