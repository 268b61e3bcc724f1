//! Cluster of GKE writes no logs.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0060",
    aliases: ["GCP-0060", "google-gke-enable-stackdriver-logging", "CKV_GCP_1"],
    severity: Low,
    title: "Cluster of GKE writes no logs",
    remedy: "Set `logging_service` to logging.googleapis.com/kubernetes.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" { logging_service = "none" }"#,
        r#"resource "google_container_cluster" "x" { logging_service = "logging.googleapis.com" }"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {}"#,
        r#"resource "google_container_cluster" "x" { logging_service = "logging.googleapis.com/kubernetes" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for service in cloud.of(&["google_container_cluster"]).map(|cluster| cluster.get("logging_service")) {
        if service.text().is_some_and(|text| text != "logging.googleapis.com/kubernetes") {
            service.fail(found, "is not the logging of Kubernetes");
        }
    }
}
