//! Service account has a role of administrators.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0007",
    aliases: ["GCP-0007", "google-iam-no-privileged-service-accounts", "CKV_GCP_41"],
    severity: High,
    title: "Service account has a role of administrators",
    remedy: "Grant a role with the rights that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_project_iam_binding" "x" {
  role    = "roles/editor"
  members = ["serviceAccount:a@p.iam.gserviceaccount.com"]
}"#,
        r#"variable "account" {}
resource "google_folder_iam_member" "x" {
  role   = "roles/storage.admin"
  member = "serviceAccount:${var.account}"
}"#,
    ],
    good: [
        r#"resource "google_project_iam_member" "x" {
  role   = "roles/owner"
  member = "group:admins@b.example"
}"#,
        r#"resource "google_project_iam_member" "x" {
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:a@p.iam.gserviceaccount.com"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &[
        "google_project_iam_member",
        "google_project_iam_binding",
        "google_folder_iam_member",
        "google_folder_iam_binding",
        "google_organization_iam_member",
        "google_organization_iam_binding",
    ];
    for grant in cloud.of(kinds) {
        let role = grant.get("role");
        let is_privileged = role.text().is_some_and(|role| {
            let role = role.to_ascii_lowercase();
            role == "roles/owner" || role == "roles/editor" || role.ends_with("admin")
        });
        let by_name = super::members(grant).iter().any(|member| member.starts_with("serviceAccount:"));
        let by_reference = ["member", "members"].iter().any(|name| grant.get(name).refers_to_kind("google_service_account"));
        let is_account = by_name || by_reference;
        if is_privileged && is_account {
            role.fail(found, "is given to a service account");
        }
    }
}
