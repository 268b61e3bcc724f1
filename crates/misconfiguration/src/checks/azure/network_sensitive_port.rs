//! Port of an internal service can be reached from everywhere.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0074",
    aliases: ["AZU-0074", "azure-network-sensitive-port-is-exposed-to-entire-network"],
    severity: High,
    title: "Port of an internal service can be reached from everywhere",
    remedy: "Set the addresses that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  destination_port_range = "5432"
  source_address_prefix  = "*"
}"#,
        r#"resource "azurerm_network_security_group" "x" {
  security_rule {
    direction               = "Inbound"
    access                  = "Allow"
    protocol                = "Tcp"
    destination_port_ranges = ["6000-6500"]
    source_address_prefix   = "Internet"
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  destination_port_range = "443"
  source_address_prefix  = "*"
}"#,
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  destination_port_range = "5432"
  source_address_prefix  = "10.1.0.0/16"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const PORTS: &[u32] = &[
        20, 21, 22, 23, 25, 53, 69, 110, 111, 135, 137, 138, 139, 143, 161, 389, 445, 512, 513, 514, 636, 873, 1433, 1434, 1521, 2049,
        2375, 2376, 2379, 2483, 2484, 3020, 3306, 3389, 4333, 4505, 4506, 5432, 5500, 5900, 5984, 5985, 5986, 6379, 7000, 7001, 7199,
        8020, 8140, 8888, 9042, 9090, 9160, 9200, 9300, 11211, 11214, 11215, 27017, 27018, 61620, 61621,
    ];
    super::must_not_open(cloud, PORTS, found);
}
