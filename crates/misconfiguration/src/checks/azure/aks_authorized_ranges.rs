//! API server of AKS answers every address.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0041",
    aliases: ["AZU-0041", "azure-container-limit-authorized-ips", "CKV_AZURE_6"],
    severity: Critical,
    title: "API server of AKS answers every address",
    remedy: "Set the authorized ranges of addresses, or make the cluster private.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" {}"#,
        r#"resource "azurerm_kubernetes_cluster" "x" { api_server_authorized_ip_ranges = [] }"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" { private_cluster_enabled = true }"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  api_server_access_profile { authorized_ip_ranges = ["192.0.2.0/24"] }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["azurerm_kubernetes_cluster"]) {
        let ranges = cluster.get("api_server_authorized_ip_ranges");
        let profile = cluster.get("api_server_access_profile.authorized_ip_ranges");
        if ranges.is_missing() && profile.is_missing() && cluster.get("private_cluster_enabled").is_off() {
            ranges.fail(found, "every address may reach the API server");
        }
    }
}
