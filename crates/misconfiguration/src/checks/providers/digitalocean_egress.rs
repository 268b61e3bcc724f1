//! Firewall lets everything out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0003",
    aliases: ["DIG-0003", "digitalocean-compute-no-public-egress"],
    severity: Critical,
    title: "Firewall lets everything out",
    remedy: "Name the addresses that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_firewall" "x" {
  outbound_rule { destination_addresses = ["::/0"] }
}"#,
        r#"locals { all = ["0.0.0.0/0"] }
resource "digitalocean_firewall" "x" {
  outbound_rule { destination_addresses = local.all }
}"#,
    ],
    good: [
        r#"resource "digitalocean_firewall" "x" {
  outbound_rule { destination_addresses = ["10.0.0.0/8"] }
}"#,
        r#"resource "digitalocean_firewall" "x" {
  inbound_rule { source_addresses = ["0.0.0.0/0"] }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_be_everywhere(cloud, &["digitalocean_firewall"], "outbound_rule.destination_addresses", found);
}
