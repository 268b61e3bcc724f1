//! Cluster of GKE has legacy authorization.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0062",
    aliases: ["GCP-0062", "google-gke-use-rbac-permissions", "CKV_GCP_7"],
    severity: High,
    title: "Cluster of GKE has legacy authorization",
    remedy: "Set `enable_legacy_abac` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {
  enable_legacy_abac = true
}"#,
        r#"locals { on = true }
resource "google_container_cluster" "x" {
  enable_legacy_abac = local.on
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  enable_legacy_abac = false
}"#,
        r#"resource "google_container_cluster" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["google_container_cluster"], "enable_legacy_abac", found);
}
