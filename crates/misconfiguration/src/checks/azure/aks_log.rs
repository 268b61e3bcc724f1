//! Cluster of AKS is not monitored.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0040",
    aliases: ["AZU-0040", "azure-container-logging", "CKV_AZURE_4"],
    severity: Medium,
    title: "Cluster of AKS is not monitored",
    remedy: "Add `oms_agent`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" {}"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  addon_profile {
    oms_agent { enabled = false }
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" {
  oms_agent { log_analytics_workspace_id = "w" }
}"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  addon_profile {
    oms_agent { enabled = true }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["azurerm_kubernetes_cluster"]) {
        let agent = cluster.get("oms_agent");
        if agent.is_missing() && cluster.get("addon_profile.oms_agent.enabled").is_off() {
            agent.fail(found, "has no `oms_agent`");
        }
    }
}
