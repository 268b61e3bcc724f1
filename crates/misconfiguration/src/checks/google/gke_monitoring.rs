//! Cluster of GKE is not monitored.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0052",
    aliases: ["GCP-0052", "google-gke-enable-stackdriver-monitoring", "CKV_GCP_8"],
    severity: Low,
    title: "Cluster of GKE is not monitored",
    remedy: "Set `monitoring_service` to monitoring.googleapis.com/kubernetes.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" { monitoring_service = "none" }"#,
        r#"locals { service = "monitoring.googleapis.com" }
resource "google_container_cluster" "x" { monitoring_service = local.service }"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {}"#,
        r#"resource "google_container_cluster" "x" { monitoring_service = "monitoring.googleapis.com/kubernetes" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for service in cloud.of(&["google_container_cluster"]).map(|cluster| cluster.get("monitoring_service")) {
        if service.text().is_some_and(|text| text != "monitoring.googleapis.com/kubernetes") {
            service.fail(found, "is not the monitoring of Kubernetes");
        }
    }
}
