//! Cluster of GKE has no labels.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::node::Node;

check! {
    id: "BHD-GCP-0051",
    aliases: ["GCP-0051", "google-gke-use-cluster-labels", "CKV_GCP_21"],
    severity: Low,
    title: "Cluster of GKE has no labels",
    remedy: "Set `resource_labels`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" { name = "x" }"#,
        r#"resource "google_container_cluster" "x" { resource_labels = {} }"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" { resource_labels = { team = "a" } }"#,
        r#"variable "labels" {}
resource "google_container_cluster" "x" { resource_labels = merge({ a = "b" }, var.labels) }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for labels in cloud.of(&["google_container_cluster"]).map(|cluster| cluster.get("resource_labels")) {
        let is_empty = labels.node().and_then(Node::as_map).is_some_and(<[_]>::is_empty);
        if labels.is_missing() || is_empty {
            labels.fail(found, "has no labels");
        }
    }
}
