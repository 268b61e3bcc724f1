//! Repository has no vulnerability alerts.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GITHUB-0003",
    aliases: ["GIT-0003", "github-repositories-enable_vulnerability_alerts", "CKV_GIT_3"],
    severity: High,
    title: "Repository has no vulnerability alerts",
    remedy: "Set `vulnerability_alerts` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "github_repository" "x" { vulnerability_alerts = false }"#,
        r#"resource "github_repository" "x" {}"#,
    ],
    good: [
        r#"resource "github_repository" "x" { vulnerability_alerts = true }"#,
        r#"resource "github_repository" "x" { archived = true }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for repository in cloud.of(&["github_repository"]).filter(|repository| !repository.get("archived").is_true()) {
        repository.get("vulnerability_alerts").must_be_true("vulnerability_alerts", found);
    }
}
