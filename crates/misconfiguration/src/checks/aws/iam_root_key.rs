//! Superuser of the account has an access key.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0141",
    aliases: ["AWS-0141", "aws-iam-no-root-access-keys", "CKV_AWS_348"],
    severity: Critical,
    title: "Superuser of the account has an access key",
    remedy: "Use keys of users with fewer rights.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_iam_access_key" "x" { user = "root" }"#,
        r#"resource "aws_iam_user" "u" { name = "root" }
resource "aws_iam_access_key" "x" { user = aws_iam_user.u.id }"#,
    ],
    good: [
        r#"resource "aws_iam_access_key" "x" { user = "deployer" }"#,
        r#"resource "aws_iam_user" "u" { name = "root-of-nothing" }
resource "aws_iam_access_key" "x" { user = aws_iam_user.u.name }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for key in cloud.of(&["aws_iam_access_key"]) {
        let user = key.get("user");
        let named = cloud.referred(&user, &["aws_iam_user"]);
        if user.is_text("root") || named.is_some_and(|user| user.get("name").is_text("root")) {
            user.fail(found, "is a key of root");
        }
    }
}
