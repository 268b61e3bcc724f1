//! Default service account has rights on a project.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0006",
    aliases: ["GCP-0006", "google-iam-no-project-level-default-service-account-assignment"],
    severity: Medium,
    title: "Default service account has rights on a project",
    remedy: "Use a service account of the workload's own.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_project_iam_member" "x" { member = "serviceAccount:p@appspot.gserviceaccount.com" }"#,
        r#"data "google_compute_default_service_account" "d" {}
resource "google_project_iam_binding" "x" { members = ["serviceAccount:${data.google_compute_default_service_account.d.email}"] }"#,
    ],
    good: [
        r#"resource "google_project_iam_member" "x" { member = "user:a@b.example" }"#,
        r#"variable "member" {}
resource "google_project_iam_member" "x" { member = var.member }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_be_default_account(cloud, &["google_project_iam_member", "google_project_iam_binding"], found);
}
