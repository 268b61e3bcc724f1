//! Serial port of the instance is open.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0032",
    aliases: ["GCP-0032", "google-compute-no-serial-port", "CKV_GCP_35"],
    severity: Medium,
    title: "Serial port of the instance is open",
    remedy: "Remove `serial-port-enable` from its metadata.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  metadata {
    serial-port-enable = true
  }
}"#,
        r#"locals { on = true }
resource "google_compute_instance" "x" {
  metadata {
    serial-port-enable = local.on
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  metadata {
    serial-port-enable = false
  }
}"#,
        r#"resource "google_compute_instance" "x" {
  metadata {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["google_compute_instance"], "metadata.serial-port-enable", found);
}
