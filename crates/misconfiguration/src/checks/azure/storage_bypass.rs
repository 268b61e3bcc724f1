//! Trusted services of Azure are locked out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0010",
    aliases: ["AZU-0010", "azure-storage-allow-microsoft-service-bypass", "CKV_AZURE_36"],
    severity: High,
    title: "Trusted services of Azure are locked out",
    remedy: "Add AzureServices to `bypass`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account_network_rules" "x" { bypass = ["Metrics"] }"#,
        r#"resource "azurerm_storage_account" "x" {
  network_rules { bypass = ["None"] }
}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account_network_rules" "x" { bypass = ["Metrics", "AzureServices"] }"#,
        r#"resource "azurerm_storage_account" "x" {
  network_rules { default_action = "Deny" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for rules in super::network_rules(cloud) {
        let bypass = rules.get("bypass");
        if bypass.is_set() && bypass.is_known_list() && !bypass.texts().iter().any(|item| item == "AzureServices") {
            bypass.fail(found, "`bypass` has no AzureServices");
        }
    }
}
