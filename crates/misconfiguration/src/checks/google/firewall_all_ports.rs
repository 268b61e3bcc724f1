//! Firewall allows every port.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0072",
    aliases: ["GCP-0072", "google-compute-disable-allow-all-ports"],
    severity: Medium,
    title: "Firewall allows every port",
    remedy: "Name the ports in `allow`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" {
  allow { protocol = "all" }
}"#,
        r#"resource "google_compute_firewall" "x" {
  allow {
    protocol = "udp"
    ports    = ["1-65535"]
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" {
  allow { protocol = "icmp" }
}"#,
        r#"resource "google_compute_firewall" "x" {
  allow {
    protocol = "tcp"
    ports    = ["8000-9000"]
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for firewall in cloud.of(&["google_compute_firewall"]).filter(|firewall| !firewall.get("disabled").is_true()) {
        for allow in firewall.get("allow").items() {
            let ports = allow.get("ports");
            let has_ports = allow.get("protocol").is_one_of(&["tcp", "udp", "6", "17"]);
            let every = ports.is_missing() || ports.texts().iter().any(|range| super::size(range) >= 65_535);
            if allow.get("protocol").is_text("all") || (has_ports && every) {
                allow.fail(found, "allows every port");
            }
        }
    }
}
