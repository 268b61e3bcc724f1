//! Cluster of GKE enforces no network policies.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0056",
    aliases: ["GCP-0056", "google-gke-enable-network-policy", "CKV_GCP_12"],
    severity: Medium,
    title: "Cluster of GKE enforces no network policies",
    remedy: "Set `network_policy.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {}"#,
        r#"resource "google_container_cluster" "x" {
  datapath_provider = "LEGACY_DATAPATH"
  network_policy { enabled = false }
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  network_policy { enabled = true }
}"#,
        r#"variable "provider_of_paths" {}
resource "google_container_cluster" "x" { datapath_provider = var.provider_of_paths }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["google_container_cluster"]) {
        let is_other = cluster.get("enable_autopilot").is_true()
            || cluster.get("datapath_provider").is_text("ADVANCED_DATAPATH")
            || cluster.get("datapath_provider").is_unknown();
        if !is_other {
            cluster.get("network_policy.enabled").must_be_true("network_policy.enabled", found);
        }
    }
}
