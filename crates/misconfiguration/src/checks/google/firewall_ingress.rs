//! Firewall lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0027",
    aliases: ["GCP-0027", "google-compute-no-public-ingress", "CKV_GCP_2", "CKV_GCP_3"],
    severity: Critical,
    title: "Firewall lets everybody in",
    remedy: "Set `source_ranges` to the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" {
  direction     = "INGRESS"
  source_ranges = ["10.0.0.0/8", "::/0"]
  allow { protocol = "tcp" }
}"#,
        r#"resource "google_compute_firewall" "x" {
  allow {
    protocol = "tcp"
    ports    = [80]
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" {
  source_ranges = ["0.0.0.0/0"]
  deny { protocol = "all" }
}"#,
        r#"resource "google_compute_firewall" "x" {
  disabled      = true
  source_ranges = ["0.0.0.0/0"]
  allow { protocol = "tcp" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for firewall in super::firewalls(cloud, "INGRESS") {
        if let Some(ranges) = super::open_ranges(firewall, "source_ranges") {
            ranges.fail(found, "every address is let in");
        }
    }
}
