//! Cluster of AKS has no network policy.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0043",
    aliases: ["AZU-0043", "azure-container-configured-network-policy", "CKV_AZURE_7"],
    severity: High,
    title: "Cluster of AKS has no network policy",
    remedy: "Set `network_profile.network_policy`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" {
  network_profile {}
}"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  network_profile {
    network_policy = ""
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" {
  network_profile {
    network_policy = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "azurerm_kubernetes_cluster" "x" {
  network_profile {
    network_policy = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_kubernetes_cluster"], "network_profile.network_policy", found);
}
