//! Subnetwork reaches Google's services through the internet.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0075",
    aliases: ["GCP-0075", "google-compute-enable-subnetwork-private-google-access", "CKV_GCP_74"],
    severity: Low,
    title: "Subnetwork reaches Google's services through the internet",
    remedy: "Set `private_ip_google_access` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_subnetwork" "x" {}"#,
        r#"resource "google_compute_subnetwork" "x" { private_ip_google_access = false }"#,
    ],
    good: [
        r#"resource "google_compute_subnetwork" "x" { private_ip_google_access = true }"#,
        r#"resource "google_compute_subnetwork" "x" { purpose = "REGIONAL_MANAGED_PROXY" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for network in cloud.of(&["google_compute_subnetwork"]) {
        if !network.get("purpose").is_one_of(super::PROXIES) {
            network.get("private_ip_google_access").must_be_true("private_ip_google_access", found);
        }
    }
}
