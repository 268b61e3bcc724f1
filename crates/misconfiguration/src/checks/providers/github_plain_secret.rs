//! Secret of GitHub Actions goes into the state in plain text.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GITHUB-0002",
    aliases: ["GIT-0002", "github-environmentsecrets-no-plain-text-action-secrets", "CKV_GIT_4"],
    severity: High,
    title: "Secret of GitHub Actions goes into the state in plain text",
    remedy: "Give it as `encrypted_value`.",
    rule: Cloud(find),
    bad: [
        r#"resource "github_actions_secret" "x" { plaintext_value = "a" }"#,
        r#"variable "secret" {}
resource "github_actions_environment_secret" "x" { plaintext_value = var.secret }"#,
    ],
    good: [
        r#"resource "github_actions_secret" "x" { encrypted_value = "a" }"#,
        r#"resource "github_actions_environment_secret" "x" { plaintext_value = "" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["github_actions_environment_secret", "github_actions_secret", "github_actions_organization_secret"];
    for value in cloud.of(kinds).map(|secret| secret.get("plaintext_value")) {
        if value.is_set() && !value.is_missing() {
            value.fail(found, "`plaintext_value` is set");
        }
    }
}
