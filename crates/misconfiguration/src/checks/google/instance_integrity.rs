//! Integrity of the instance is not monitored.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0045",
    aliases: ["GCP-0045", "google-compute-enable-shielded-vm-im", "CKV_GCP_39"],
    severity: Medium,
    title: "Integrity of the instance is not monitored",
    remedy: "Set `shielded_instance_config.enable_integrity_monitoring` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_integrity_monitoring = false
  }
}"#,
        r#"locals { off = false }
resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_integrity_monitoring = local.off
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_integrity_monitoring = true
  }
}"#,
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_false(&["google_compute_instance"], "shielded_instance_config.enable_integrity_monitoring", found);
}
