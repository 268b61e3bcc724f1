//! Workspace of Synapse has no managed network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0034",
    aliases: ["AZU-0034", "azure-synapse-virtual-network-enabled", "CKV_AZURE_58"],
    severity: Medium,
    title: "Workspace of Synapse has no managed network",
    remedy: "Set `managed_virtual_network_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_synapse_workspace" "x" {
  managed_virtual_network_enabled = false
}"#,
        r#"resource "azurerm_synapse_workspace" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_synapse_workspace" "x" {
  managed_virtual_network_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "azurerm_synapse_workspace" "x" {
  managed_virtual_network_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_synapse_workspace"], "managed_virtual_network_enabled", found);
}
