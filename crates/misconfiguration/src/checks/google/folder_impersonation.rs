//! Members may act as every service account of a folder.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0005",
    aliases: ["GCP-0005", "google-iam-no-folder-level-service-account-impersonation"],
    severity: Medium,
    title: "Members may act as every service account of a folder",
    remedy: "Grant the role on single service accounts.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_folder_iam_member" "x" { role = "roles/iam.serviceAccountUser" }"#,
        r#"resource "google_folder_iam_binding" "x" { role = "roles/iam.serviceAccountTokenCreator" }"#,
    ],
    good: [
        r#"resource "google_folder_iam_member" "x" { role = "roles/viewer" }"#,
        r#"resource "google_service_account_iam_member" "x" { role = "roles/iam.serviceAccountUser" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_impersonate(cloud, &["google_folder_iam_member", "google_folder_iam_binding"], found);
}
