//! Nodes of GKE are not repaired.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0063",
    aliases: ["GCP-0063", "google-gke-enable-auto-repair", "CKV_GCP_9"],
    severity: Low,
    title: "Nodes of GKE are not repaired",
    remedy: "Set `management.auto_repair` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_node_pool" "x" {
  management {
    auto_repair = false
  }
}"#,
        r#"resource "google_container_node_pool" "x" {
  management {}
}"#,
    ],
    good: [
        r#"resource "google_container_node_pool" "x" {
  management {
    auto_repair = true
  }
}"#,
        r#"variable "on" { default = true }
resource "google_container_node_pool" "x" {
  management {
    auto_repair = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_container_node_pool"], "management.auto_repair", found);
}
