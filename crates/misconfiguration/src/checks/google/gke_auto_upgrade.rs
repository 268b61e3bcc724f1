//! Nodes of GKE are not upgraded.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0058",
    aliases: ["GCP-0058", "google-gke-enable-auto-upgrade", "CKV_GCP_10"],
    severity: Low,
    title: "Nodes of GKE are not upgraded",
    remedy: "Set `management.auto_upgrade` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_node_pool" "x" {
  management {
    auto_upgrade = false
  }
}"#,
        r#"resource "google_container_node_pool" "x" {
  management {}
}"#,
    ],
    good: [
        r#"resource "google_container_node_pool" "x" {
  management {
    auto_upgrade = true
  }
}"#,
        r#"variable "on" { default = true }
resource "google_container_node_pool" "x" {
  management {
    auto_upgrade = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_container_node_pool"], "management.auto_upgrade", found);
}
