//! Rule of the default network is kept.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0073",
    aliases: ["GCP-0073", "google-compute-disable-default-firewall-rules"],
    severity: Medium,
    title: "Rule of the default network is kept",
    remedy: "Make rules of your own.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_firewall" "x" { name = "default-allow-rdp" }"#,
        r#"resource "google_compute_firewall" "x" { name = "default-allow-${"icmp"}" }"#,
    ],
    good: [
        r#"resource "google_compute_firewall" "x" { name = "allow-default-backends" }"#,
        r#"resource "google_compute_firewall" "x" { name = "shop-ssh" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for name in cloud.of(&["google_compute_firewall"]).map(|firewall| firewall.get("name")) {
        if name.text().is_some_and(|name| name.starts_with("default-allow-")) {
            name.fail(found, "is a rule of the default network");
        }
    }
}
