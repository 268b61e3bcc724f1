//! Subnetwork logs no flows.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0076",
    aliases: ["GCP-0076", "google-compute-google-compute-subnetwork-logging"],
    severity: Medium,
    title: "Subnetwork logs no flows",
    remedy: "Add `log_config`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_subnetwork" "x" { enable_flow_logs = false }"#,
        r#"resource "google_compute_subnetwork" "x" { region = "europe-west1" }"#,
    ],
    good: [
        r#"resource "google_compute_subnetwork" "x" { enable_flow_logs = true }"#,
        r#"resource "google_compute_subnetwork" "x" { purpose = "INTERNAL_HTTPS_LOAD_BALANCER" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_log_flows(cloud, found);
}
