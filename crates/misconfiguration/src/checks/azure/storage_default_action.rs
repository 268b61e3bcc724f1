//! Storage account accepts every network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0012",
    aliases: ["AZU-0012", "azure-storage-default-action-deny", "CKV_AZURE_35"],
    severity: Critical,
    title: "Storage account accepts every network",
    remedy: "Set `default_action` to Deny.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" {
  network_rules { default_action = "Allow" }
}"#,
        r#"locals { action = "allow" }
resource "azurerm_storage_account_network_rules" "x" { default_action = local.action }"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {
  network_rules { default_action = "Deny" }
}"#,
        r#"resource "azurerm_storage_account" "x" { name = "x" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for action in super::network_rules(cloud).into_iter().map(|rules| rules.get("default_action")) {
        if action.is_text("Allow") {
            action.fail(found, "`default_action` is `Allow`");
        }
    }
}
