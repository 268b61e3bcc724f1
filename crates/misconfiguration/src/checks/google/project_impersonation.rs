//! Members may act as every service account of the project.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0011",
    aliases: ["GCP-0011", "google-iam-no-project-level-service-account-impersonation"],
    severity: Medium,
    title: "Members may act as every service account of the project",
    remedy: "Grant the role on single service accounts.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_project_iam_binding" "x" { role = "roles/iam.serviceAccountUser" }"#,
        r#"resource "google_project_iam_member" "x" { role = "roles/iam.serviceAccountTokenCreator" }"#,
    ],
    good: [
        r#"resource "google_project_iam_binding" "x" { role = "roles/iam.serviceAccountViewer" }"#,
        r#"resource "google_project_iam_binding" "x" { role = "roles/run.invoker" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_impersonate(cloud, &["google_project_iam_member", "google_project_iam_binding"], found);
}
