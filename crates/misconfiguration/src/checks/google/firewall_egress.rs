//! Firewall lets everything out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0035",
    aliases: ["GCP-0035", "google-compute-no-public-egress"],
    severity: Critical,
    title: "Firewall lets everything out",
    remedy: "Set `destination_ranges` to the networks that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" {
  direction          = "EGRESS"
  destination_ranges = ["::/0"]
  allow { protocol = "tcp" }
}"#,
        r#"resource "google_compute_firewall" "x" {
  direction = "egress"
  allow { protocol = "all" }
}"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" {
  direction          = "EGRESS"
  destination_ranges = ["10.0.0.0/8"]
  allow { protocol = "tcp" }
}"#,
        r#"resource "google_compute_firewall" "x" {
  direction = "EGRESS"
  deny { protocol = "all" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for firewall in super::firewalls(cloud, "EGRESS") {
        if let Some(ranges) = super::open_ranges(firewall, "destination_ranges") {
            ranges.fail(found, "every address may be reached");
        }
    }
}
