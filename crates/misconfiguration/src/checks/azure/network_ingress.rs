//! Network security group lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0047",
    aliases: ["AZU-0047", "azure-network-no-public-ingress"],
    severity: Critical,
    title: "Network security group lets everybody in",
    remedy: "Set the addresses that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction             = "Inbound"
  access                = "Allow"
  source_address_prefix = "Internet"
}"#,
        r#"resource "azurerm_network_security_group" "x" {
  security_rule {
    direction               = "Inbound"
    access                  = "Allow"
    source_address_prefixes = ["10.0.0.0/8", "0.0.0.0/0"]
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_network_security_rule" "x" {
  direction             = "Inbound"
  access                = "Deny"
  source_address_prefix = "*"
}"#,
        r#"resource "azurerm_network_security_rule" "x" {
  direction             = "Outbound"
  access                = "Allow"
  source_address_prefix = "*"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for rule in super::security_rules(cloud, "Inbound") {
        if let Some(source) = super::public_source(&rule) {
            source.fail(found, "every address is let in");
        }
    }
}
