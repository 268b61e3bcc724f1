//! Instance boots without secure boot.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0067",
    aliases: ["GCP-0067", "google-compute-enable-shielded-vm-sb"],
    severity: Medium,
    title: "Instance boots without secure boot",
    remedy: "Set `shielded_instance_config.enable_secure_boot` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_secure_boot = false
  }
}"#,
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {}
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_secure_boot = true
  }
}"#,
        r#"variable "on" { default = true }
resource "google_compute_instance" "x" {
  shielded_instance_config {
    enable_secure_boot = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_compute_instance"], "shielded_instance_config.enable_secure_boot", found);
}
