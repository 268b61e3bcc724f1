//! Default service account has rights on the organization.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0008",
    aliases: ["GCP-0008", "google-iam-no-org-level-default-service-account-assignment", "CKV_GCP_47"],
    severity: Medium,
    title: "Default service account has rights on the organization",
    remedy: "Use a service account of the workload's own.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_organization_iam_member" "x" { member = "serviceAccount:7@appspot.gserviceaccount.com" }"#,
        r#"locals { account = "7-compute@developer.gserviceaccount.com" }
resource "google_organization_iam_binding" "x" { members = ["serviceAccount:${local.account}"] }"#,
    ],
    good: [
        r#"resource "google_organization_iam_member" "x" { member = "serviceAccount:app@p.iam.gserviceaccount.com" }"#,
        r#"resource "google_organization_iam_binding" "x" { members = ["domain:b.example"] }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_be_default_account(cloud, &["google_organization_iam_member", "google_organization_iam_binding"], found);
}
