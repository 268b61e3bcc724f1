//! Branch accepts commits without signature.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GITHUB-0004",
    aliases: ["GIT-0004", "github-branchprotections-require-signed-commits", "CKV_GIT_6"],
    severity: High,
    title: "Branch accepts commits without signature",
    remedy: "Set `require_signed_commits` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "github_branch_protection" "x" {
  require_signed_commits = false
}"#,
        r#"resource "github_branch_protection_v3" "x" {}"#,
    ],
    good: [
        r#"resource "github_branch_protection" "x" {
  require_signed_commits = true
}"#,
        r#"variable "on" { default = true }
resource "github_branch_protection_v3" "x" {
  require_signed_commits = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["github_branch_protection", "github_branch_protection_v3"], "require_signed_commits", found);
}
