//! Nodes of GKE are not shielded.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0055",
    aliases: ["GCP-0055", "google-gke-node-shielding-enabled", "CKV_GCP_71"],
    severity: High,
    title: "Nodes of GKE are not shielded",
    remedy: "Set `enable_shielded_nodes` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {
  enable_shielded_nodes = false
}"#,
        r#"locals { off = false }
resource "google_container_cluster" "x" {
  enable_shielded_nodes = local.off
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  enable_shielded_nodes = true
}"#,
        r#"resource "google_container_cluster" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_false(&["google_container_cluster"], "enable_shielded_nodes", found);
}
