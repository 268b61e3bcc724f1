//! Control plane of GKE has no list of networks.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0061",
    aliases: ["GCP-0061", "google-gke-enable-master-networks", "CKV_GCP_20"],
    severity: High,
    title: "Control plane of GKE has no list of networks",
    remedy: "Add `master_authorized_networks_config`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {}"#,
        r#"resource "google_container_cluster" "x" {
  private_cluster_config { enable_private_nodes = true }
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  master_authorized_networks_config {}
}"#,
        r#"resource "google_container_cluster" "x" {
  master_authorized_networks_config {
    cidr_blocks { cidr_block = "192.0.2.0/24" }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for networks in cloud.of(&["google_container_cluster"]).map(|cluster| cluster.get("master_authorized_networks_config")) {
        if networks.is_missing() {
            networks.fail(found, "`master_authorized_networks_config` is not set");
        }
    }
}
