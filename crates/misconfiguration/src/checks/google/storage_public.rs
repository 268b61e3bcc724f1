//! Bucket is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0001",
    aliases: ["GCP-0001", "google-storage-no-public-access", "CKV_GCP_28"],
    severity: High,
    title: "Bucket is public",
    remedy: "Name the members that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_storage_bucket_iam_member" "x" { member = "allUsers" }"#,
        r#"resource "google_storage_bucket_iam_binding" "x" { members = ["user:a@b.example", "allAuthenticatedUsers"] }"#,
    ],
    good: [
        r#"resource "google_storage_bucket_iam_member" "x" { member = "group:a@b.example" }"#,
        r#"variable "members" {}
resource "google_storage_bucket_iam_binding" "x" { members = var.members }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["google_storage_bucket_iam_binding", "google_storage_bucket_iam_member"];
    super::must_not_be_for_everybody(cloud, kinds, found);
}
