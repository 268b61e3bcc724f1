//! Cluster of AKS has no policies of Azure.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0066",
    aliases: ["AZU-0066", "azure-container-enable-azure-policy-addon", "CKV_AZURE_116"],
    severity: Low,
    title: "Cluster of AKS has no policies of Azure",
    remedy: "Set `azure_policy_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" { azure_policy_enabled = false }"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  addon_profile {
    azure_policy { enabled = false }
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" { azure_policy_enabled = true }"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  addon_profile {
    azure_policy { enabled = true }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["azurerm_kubernetes_cluster"]) {
        if cluster.get("addon_profile.azure_policy.enabled").is_off() {
            cluster.get("azure_policy_enabled").must_be_true("azure_policy_enabled", found);
        }
    }
}
