//! Firewall allows a wide range of ports.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0074",
    aliases: ["GCP-0074", "google-compute-disable-port-range-rule"],
    severity: Low,
    title: "Firewall allows a wide range of ports",
    remedy: "Name the ports that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" {
  allow {
    protocol = "tcp"
    ports    = ["22", "1000-2000"]
  }
}"#,
        r#"resource "google_compute_firewall" "x" {
  allow {
    protocol = "udp"
    ports    = ["0-65535"]
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" {
  allow {
    protocol = "tcp"
    ports    = ["30000-30030"]
  }
}"#,
        r#"resource "google_compute_firewall" "x" {
  direction = "EGRESS"
  allow {
    protocol = "tcp"
    ports    = ["0-65535"]
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const WIDEST: u32 = 30;
    for firewall in super::firewalls(cloud, "INGRESS") {
        for ports in firewall.each("allow.ports") {
            if ports.text().is_some_and(|range| super::size(&range) > WIDEST) {
                ports.fail(found, "allows a wide range of ports");
            }
        }
    }
}
