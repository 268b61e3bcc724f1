//! Cluster of GKE has no alias addresses.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0049",
    aliases: ["GCP-0049", "google-gke-enable-ip-aliasing", "CKV_GCP_23"],
    severity: Low,
    title: "Cluster of GKE has no alias addresses",
    remedy: "Add `ip_allocation_policy`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" { networking_mode = "ROUTES" }"#,
        r#"resource "google_container_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  ip_allocation_policy {}
}"#,
        r#"resource "google_container_cluster" "x" { enable_autopilot = true }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["google_container_cluster"]) {
        let is_native = cluster.get("networking_mode").is_text("VPC_NATIVE") || cluster.get("enable_autopilot").is_true();
        if cluster.get("ip_allocation_policy").is_missing() && !is_native {
            cluster.get("ip_allocation_policy").fail(found, "is not set");
        }
    }
}
