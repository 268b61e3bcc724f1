//! SSH can be reached from the internet.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0050",
    aliases: ["AZU-0050", "azure-network-ssh-blocked-from-internet", "CKV_AZURE_10"],
    severity: Critical,
    title: "SSH can be reached from the internet",
    remedy: "Set the addresses that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  destination_port_range = "*"
  source_address_prefix  = "*"
}"#,
        r#"resource "azurerm_network_security_group" "x" {
  security_rule {
    direction              = "inbound"
    access                 = "allow"
    protocol               = "TCP"
    destination_port_range = 22
    source_address_prefix  = "internet"
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  destination_port_range = "22"
  source_address_prefix  = "192.0.2.7"
}"#,
        r#"resource "azurerm_network_security_rule" "x" {
  direction              = "Inbound"
  access                 = "Allow"
  destination_port_range = "2222"
  source_address_prefix  = "*"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_open(cloud, &[22], found);
}
