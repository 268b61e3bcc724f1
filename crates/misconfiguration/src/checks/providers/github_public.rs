//! Repository is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GITHUB-0001",
    aliases: ["GIT-0001", "github-repositories-private", "CKV_GIT_1"],
    severity: Critical,
    title: "Repository is public",
    remedy: "Set `visibility` to private.",
    rule: Cloud(find),
    bad: [
        r#"resource "github_repository" "x" { name = "x" }"#,
        r#"resource "github_repository" "x" { private = false }"#,
    ],
    good: [
        r#"resource "github_repository" "x" { visibility = "internal" }"#,
        r#"resource "github_repository" "x" { private = true }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for repository in cloud.of(&["github_repository"]) {
        let (visibility, private) = (repository.get("visibility"), repository.get("private"));
        if visibility.is_text("public") || (visibility.is_missing() && private.is_off()) {
            visibility.fail(found, "is public");
        }
    }
}
