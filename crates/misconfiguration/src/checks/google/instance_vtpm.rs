//! Instance has no virtual TPM.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0041",
    aliases: ["GCP-0041", "google-compute-enable-shielded-vm-vtpm"],
    severity: Medium,
    title: "Instance has no virtual TPM",
    remedy: "Set `shielded_instance_config.enable_vtpm` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_vtpm = false
  }
}"#,
        r#"locals { off = false }
resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_vtpm = local.off
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_vtpm = true
  }
}"#,
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_false(&["google_compute_instance"], "shielded_instance_config.enable_vtpm", found);
}
