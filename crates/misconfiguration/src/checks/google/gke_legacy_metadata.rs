//! Old endpoints of the metadata server are on.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0048",
    aliases: ["GCP-0048", "google-gke-metadata-endpoints-disabled", "CKV_GCP_67"],
    severity: High,
    title: "Old endpoints of the metadata server are on",
    remedy: "Set `disable-legacy-endpoints` in the metadata of nodes to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_node_pool" "x" {
  node_config {
    metadata = { disable-legacy-endpoints = "false" }
  }
}"#,
        r#"resource "google_container_cluster" "x" {
  node_config {
    metadata = { "disable-legacy-endpoints" = false }
  }
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  node_config { machine_type = "e2" }
}"#,
        r#"resource "google_container_node_pool" "x" {
  node_config {
    metadata = { disable-legacy-endpoints = "true" }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["google_container_cluster", "google_container_node_pool"];
    for node in cloud.of(kinds).filter(|it| !it.get("enable_autopilot").is_true()) {
        let disabled = node.get("node_config.metadata.disable-legacy-endpoints");
        if disabled.bool() == Some(false) {
            disabled.fail(found, "`disable-legacy-endpoints` is false");
        }
    }
}
