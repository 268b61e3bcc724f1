//! Cluster of AKS is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0065",
    aliases: ["AZU-0065", "azure-container-enable-private-cluster", "CKV_AZURE_115"],
    severity: Medium,
    title: "Cluster of AKS is public",
    remedy: "Set `private_cluster_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" {
  private_cluster_enabled = false
}"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" {
  private_cluster_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "azurerm_kubernetes_cluster" "x" {
  private_cluster_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_kubernetes_cluster"], "private_cluster_enabled", found);
}
