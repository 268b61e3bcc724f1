//! Flow log is kept for less than 90 days.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0049",
    aliases: ["AZU-0049", "azure-network-retention-policy-set", "CKV_AZURE_12"],
    severity: Low,
    title: "Flow log is kept for less than 90 days",
    remedy: "Set `retention_policy` with at least 90 days.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_watcher_flow_log" "x" {}"#,
        r#"resource "azurerm_network_watcher_flow_log" "x" {
  retention_policy {
    enabled = true
    days    = 30
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_network_watcher_flow_log" "x" {
  retention_policy {
    enabled = true
    days    = 0
  }
}"#,
        r#"variable "days" {}
resource "azurerm_network_watcher_flow_log" "x" {
  retention_policy {
    enabled = true
    days    = var.days
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for log in cloud.of(&["azurerm_network_watcher_flow_log"]) {
        let days = log.get("retention_policy.days");
        if log.get("retention_policy.enabled").is_off() {
            log.get("retention_policy.enabled").fail(found, "`retention_policy` is not enabled");
        } else if days.number().is_some_and(|days| days > 0.0 && days < 90.0) {
            days.fail(found, "is kept for less than 90 days");
        }
    }
}
