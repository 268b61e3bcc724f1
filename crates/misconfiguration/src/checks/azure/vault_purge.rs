//! Key vault can be purged.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0016",
    aliases: ["AZU-0016", "azure-keyvault-no-purge", "CKV_AZURE_110"],
    severity: Medium,
    title: "Key vault can be purged",
    remedy: "Set `purge_protection_enabled` to true and keep what is deleted for 7 to 90 days.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_key_vault" "x" { soft_delete_retention_days = 30 }"#,
        r#"resource "azurerm_key_vault" "x" {
  purge_protection_enabled   = true
  soft_delete_retention_days = 5
}"#,
    ],
    good: [
        r#"resource "azurerm_key_vault" "x" { purge_protection_enabled = true }"#,
        r#"resource "azurerm_key_vault" "x" {
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for vault in cloud.of(&["azurerm_key_vault"]) {
        vault.get("purge_protection_enabled").must_be_true("purge_protection_enabled", found);
        let days = vault.get("soft_delete_retention_days");
        if days.number().is_some_and(|days| !(7.0..=90.0).contains(&days)) {
            days.fail(found, "`soft_delete_retention_days` is not between 7 and 90");
        }
    }
}
