//! Instance has a public address.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0031",
    aliases: ["GCP-0031", "google-compute-no-public-ip", "CKV_GCP_40"],
    severity: High,
    title: "Instance has a public address",
    remedy: "Remove `access_config`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  network_interface {
    network = "a"
    access_config { nat_ip = "192.0.2.1" }
  }
}"#,
        r#"resource "google_compute_instance" "x" {
  network_interface { network = "a" }
  network_interface {
    access_config {}
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  network_interface { network = "a" }
}"#,
        r#"resource "google_compute_instance" "x" {
  network_interface {
    dynamic "access_config" {
      for_each = []
      content {}
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for interface in cloud.of(&["google_compute_instance"]).flat_map(|instance| instance.get("network_interface").items()) {
        for access in ["access_config", "ipv6_access_config"].map(|name| interface.get(name)) {
            if !access.is_missing() && !access.is_unknown() {
                access.fail(found, "has a public address");
            }
        }
    }
}
