//! Remote desktop can be reached from the internet.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0048",
    aliases: ["AZU-0048", "azure-network-disable-rdp-from-internet", "CKV_AZURE_9"],
    severity: Critical,
    title: "Remote desktop can be reached from the internet",
    remedy: "Set the addresses that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "*"
  destination_port_range = "3300-3400"
  source_address_prefix  = "*"
}"#,
        r#"resource "azurerm_network_security_group" "x" {
  security_rule {
    direction               = "Inbound"
    access                  = "Allow"
    protocol                = "Tcp"
    destination_port_ranges = ["80", "3389"]
    source_address_prefix   = "0.0.0.0/0"
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
  protocol               = "Udp"
  destination_port_range = "3389"
  source_address_prefix  = "*"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_open(cloud, &[3389], found);
}
