//! Members may act as every service account of the organization.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0009",
    aliases: ["GCP-0009", "google-iam-no-org-level-service-account-impersonation", "CKV_GCP_45"],
    severity: Medium,
    title: "Members may act as every service account of the organization",
    remedy: "Grant the role on single service accounts.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_organization_iam_member" "x" { role = "roles/iam.serviceAccountTokenCreator" }"#,
        r#"locals { role = "roles/iam.serviceAccountUser" }
resource "google_organization_iam_binding" "x" { role = local.role }"#,
    ],
    good: [
        r#"resource "google_organization_iam_member" "x" { role = "roles/browser" }"#,
        r#"variable "role" {}
resource "google_organization_iam_member" "x" { role = var.role }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_impersonate(cloud, &["google_organization_iam_member", "google_organization_iam_binding"], found);
}
