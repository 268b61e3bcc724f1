//! Passwords never expire.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0062",
    aliases: ["AWS-0062", "aws-iam-set-max-password-age", "CKV_AWS_9"],
    severity: Medium,
    title: "Passwords never expire",
    remedy: "Set `max_password_age` to 90 days or less.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_account_password_policy" "x" { max_password_age = 365 }"#,
        r#"resource "aws_iam_account_password_policy" "x" { max_password_age = 0 }"#,
    ],
    good: [
        r#"resource "aws_iam_account_password_policy" "x" { max_password_age = 30 }"#,
        r#"variable "days" {}
resource "aws_iam_account_password_policy" "x" { max_password_age = var.days }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for age in cloud.of(&["aws_iam_account_password_policy"]).map(|policy| policy.get("max_password_age")) {
        if age.is_missing() || age.number().is_some_and(|days| days > 90.0 || days == 0.0) {
            age.fail(found, "`max_password_age` is not 90 days or less");
        }
    }
}
