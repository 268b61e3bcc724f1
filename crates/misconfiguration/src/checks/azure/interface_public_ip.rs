//! Network interface has a public address.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0076",
    aliases: ["AZU-0076", "azure-network-network-interface-public-ip", "CKV_AZURE_119"],
    severity: Medium,
    title: "Network interface has a public address",
    remedy: "Remove `public_ip_address_id`; put a load balancer or a bastion before it.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_interface" "x" {
  ip_configuration { public_ip_address_id = "/subscriptions/x" }
}"#,
        r#"resource "azurerm_public_ip" "p" {}
resource "azurerm_network_interface" "x" {
  ip_configuration { name = "a" }
  ip_configuration { public_ip_address_id = azurerm_public_ip.p.id }
}"#,
    ],
    good: [
        r#"resource "azurerm_network_interface" "x" {
  ip_configuration { public_ip_address_id = null }
}"#,
        r#"resource "azurerm_network_interface" "x" {
  ip_configuration { subnet_id = "x" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for address in cloud.of(&["azurerm_network_interface"]).flat_map(|it| it.each("ip_configuration.public_ip_address_id")) {
        if !address.is_missing() {
            address.fail(found, "has a public address");
        }
    }
}
