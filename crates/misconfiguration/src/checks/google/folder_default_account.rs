//! Default service account has rights on a folder.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0004",
    aliases: ["GCP-0004", "google-iam-no-folder-level-default-service-account-assignment"],
    severity: Medium,
    title: "Default service account has rights on a folder",
    remedy: "Use a service account of the workload's own.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_folder_iam_binding" "x" { members = ["serviceAccount:1-compute@developer.gserviceaccount.com"] }"#,
        r#"data "google_app_engine_default_service_account" "d" {}
resource "google_folder_iam_member" "x" { member = "serviceAccount:${data.google_app_engine_default_service_account.d.email}" }"#,
    ],
    good: [
        r#"resource "google_folder_iam_member" "x" { member = "serviceAccount:app@p.iam.gserviceaccount.com" }"#,
        r#"resource "google_project_iam_member" "x" { member = "1-compute@developer.gserviceaccount.com" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_be_default_account(cloud, &["google_folder_iam_member", "google_folder_iam_binding"], found);
}
