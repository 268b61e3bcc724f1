//! Pods see the metadata of their node.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0057",
    aliases: ["GCP-0057", "google-gke-node-metadata-security", "CKV_GCP_69"],
    severity: High,
    title: "Pods see the metadata of their node",
    remedy: "Set `workload_metadata_config.mode` to GKE_METADATA.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {
  node_config {
    workload_metadata_config { mode = "GCE_METADATA" }
  }
}"#,
        r#"resource "google_container_node_pool" "x" {
  node_config {
    workload_metadata_config { node_metadata = "EXPOSE" }
  }
}"#,
    ],
    good: [
        r#"resource "google_container_node_pool" "x" {
  node_config {
    workload_metadata_config { node_metadata = "SECURE" }
  }
}"#,
        r#"resource "google_container_cluster" "x" {
  node_config {
    workload_metadata_config { mode = "GKE_METADATA" }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["google_container_cluster", "google_container_node_pool"];
    let exposed = &["GCE_METADATA", "EXPOSE", "UNSPECIFIED", "MODE_UNSPECIFIED"];
    for path in ["node_config.workload_metadata_config.mode", "node_config.workload_metadata_config.node_metadata"] {
        cloud.must_not_be(kinds, path, exposed, found);
    }
}
