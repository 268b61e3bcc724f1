//! Nodes of GKE have public addresses.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0059",
    aliases: ["GCP-0059", "google-gke-enable-private-cluster", "CKV_GCP_25"],
    severity: Medium,
    title: "Nodes of GKE have public addresses",
    remedy: "Set `private_cluster_config.enable_private_nodes` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {
  private_cluster_config {
    enable_private_nodes = false
  }
}"#,
        r#"resource "google_container_cluster" "x" {
  private_cluster_config {}
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  private_cluster_config {
    enable_private_nodes = true
  }
}"#,
        r#"variable "on" { default = true }
resource "google_container_cluster" "x" {
  private_cluster_config {
    enable_private_nodes = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_container_cluster"], "private_cluster_config.enable_private_nodes", found);
}
