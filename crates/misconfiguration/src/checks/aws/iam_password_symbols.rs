//! Passwords need no symbol.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0060",
    aliases: ["AWS-0060", "aws-iam-require-symbols-in-passwords", "CKV_AWS_14"],
    severity: Medium,
    title: "Passwords need no symbol",
    remedy: "Set `require_symbols` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_symbols = false
}"#,
        r#"resource "aws_iam_account_password_policy" "x" {}"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_symbols = true
}"#,
        r#"variable "on" { default = true }
resource "aws_iam_account_password_policy" "x" {
  require_symbols = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_iam_account_password_policy"], "require_symbols", found);
}
