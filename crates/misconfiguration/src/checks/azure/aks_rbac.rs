//! Cluster of AKS has no role-based access control.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0042",
    aliases: ["AZU-0042", "azure-container-use-rbac-permissions", "CKV_AZURE_5"],
    severity: High,
    title: "Cluster of AKS has no role-based access control",
    remedy: "Set `role_based_access_control_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" { role_based_access_control_enabled = false }"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  role_based_access_control { enabled = false }
}"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" { role_based_access_control_enabled = true }"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["azurerm_kubernetes_cluster"];
    cloud.must_not_be_false(kinds, "role_based_access_control_enabled", found);
    cloud.must_not_be_false(kinds, "role_based_access_control.enabled", found);
}
