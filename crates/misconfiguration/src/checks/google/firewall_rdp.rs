//! Remote desktop can be reached from everywhere.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0070",
    aliases: ["GCP-0070", "google-compute-no-open-rdp-access"],
    severity: High,
    title: "Remote desktop can be reached from everywhere",
    remedy: "Set `source_ranges` to the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["80", "3389"]
  }
}"#,
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["::/0"]
  allow { protocol = "all" }
}"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}"#,
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["192.0.2.0/24"]
  allow {
    protocol = "tcp"
    ports    = ["3389"]
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_open(cloud, 3389, found);
}
