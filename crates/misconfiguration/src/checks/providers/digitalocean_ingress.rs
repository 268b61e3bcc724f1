//! Firewall lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0001",
    aliases: ["DIG-0001", "digitalocean-compute-no-public-ingress"],
    severity: Critical,
    title: "Firewall lets everybody in",
    remedy: "Name the addresses that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_firewall" "x" {
  inbound_rule { source_addresses = ["0.0.0.0/0"] }
}"#,
        r#"resource "digitalocean_firewall" "x" {
  inbound_rule { source_addresses = ["10.0.0.0/8"] }
  inbound_rule { source_addresses = ["::/0"] }
}"#,
    ],
    good: [
        r#"resource "digitalocean_firewall" "x" {
  inbound_rule { source_addresses = ["192.0.2.0/24"] }
}"#,
        r#"resource "digitalocean_firewall" "x" {
  outbound_rule { destination_addresses = ["0.0.0.0/0"] }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_be_everywhere(cloud, &["digitalocean_firewall"], "inbound_rule.source_addresses", found);
}
