//! SSH can be reached from everywhere.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0071",
    aliases: ["GCP-0071", "google-compute-restrict-ssh-access"],
    severity: Medium,
    title: "SSH can be reached from everywhere",
    remedy: "Set `source_ranges` to the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = [22]
  }
}"#,
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["10.0.0.0/8", "0.0.0.0/0"]
  allow { protocol = "tcp" }
}"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["35.235.240.0/20"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}"#,
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "udp"
    ports    = ["22"]
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_open(cloud, 22, found);
}
