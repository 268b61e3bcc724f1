//! Flow log is switched off.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0073",
    aliases: ["AZU-0073", "azure-network-network-watcher-flow-disabled"],
    severity: Medium,
    title: "Flow log is switched off",
    remedy: "Set `enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_watcher_flow_log" "x" { enabled = false }"#,
        r#"locals { log = false }
resource "azurerm_network_watcher_flow_log" "x" { enabled = local.log }"#,
    ],
    good: [
        r#"resource "azurerm_network_watcher_flow_log" "x" { enabled = true }"#,
        r#"variable "log" {}
resource "azurerm_network_watcher_flow_log" "x" { enabled = var.log }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_network_watcher_flow_log"], "enabled", found);
}
