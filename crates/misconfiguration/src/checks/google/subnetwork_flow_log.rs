//! Subnetwork has no flow log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0029",
    aliases: ["GCP-0029", "google-compute-enable-vpc-flow-logs", "CKV_GCP_26"],
    severity: Low,
    title: "Subnetwork has no flow log",
    remedy: "Add `log_config`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_subnetwork" "x" { ip_cidr_range = "10.0.0.0/16" }"#,
        r#"resource "google_compute_subnetwork" "x" { purpose = "PRIVATE" }"#,
    ],
    good: [
        r#"resource "google_compute_subnetwork" "x" {
  log_config { flow_sampling = 0.5 }
}"#,
        r#"resource "google_compute_subnetwork" "x" { purpose = "GLOBAL_MANAGED_PROXY" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_log_flows(cloud, found);
}
