//! Passwords need no lower-case letter.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0058",
    aliases: ["AWS-0058", "aws-iam-require-lowercase-in-passwords", "CKV_AWS_11"],
    severity: Medium,
    title: "Passwords need no lower-case letter",
    remedy: "Set `require_lowercase_characters` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_lowercase_characters = false
}"#,
        r#"resource "aws_iam_account_password_policy" "x" {}"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" {
  require_lowercase_characters = true
}"#,
        r#"variable "on" { default = true }
resource "aws_iam_account_password_policy" "x" {
  require_lowercase_characters = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_iam_account_password_policy"], "require_lowercase_characters", found);
}
