//! Nodes of GKE run as the default service account.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0050",
    aliases: ["GCP-0050", "google-gke-use-service-account", "CKV_GCP_110"],
    severity: Medium,
    title: "Nodes of GKE run as the default service account",
    remedy: "Give nodes a service account of their own.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {}"#,
        r#"resource "google_container_node_pool" "x" {
  node_config { machine_type = "e2" }
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" { remove_default_node_pool = true }"#,
        r#"resource "google_service_account" "a" {}
resource "google_container_node_pool" "x" {
  node_config { service_account = google_service_account.a.email }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["google_container_cluster"]) {
        let makes_nodes =
            cluster.get("enable_autopilot").is_true() || cluster.get("cluster_autoscaling.enabled").is_true();
        let path = if makes_nodes {
            "cluster_autoscaling.auto_provisioning_defaults.service_account"
        } else {
            "node_config.service_account"
        };
        let has_own_pools = !makes_nodes && !cluster.get("remove_default_node_pool").is_off();
        let account = cluster.get(path);
        if account.is_missing() && !has_own_pools {
            account.fail(found, "nodes run as the default service account");
        }
    }
    for pool in cloud.of(&["google_container_node_pool"]).filter(|pool| pool.get("node_config").is_set()) {
        let account = pool.get("node_config.service_account");
        if account.is_missing() {
            account.fail(found, "nodes run as the default service account");
        }
    }
}
