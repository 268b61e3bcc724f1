//! Deleted blobs are gone at once.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0056",
    aliases: ["AZU-0056", "azure-storage-blobs-soft-deletion-enabled"],
    severity: Medium,
    title: "Deleted blobs are gone at once",
    remedy: "Set `blob_properties.delete_retention_policy`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" {}"#,
        r#"resource "azurerm_storage_account" "x" {
  blob_properties { versioning_enabled = true }
}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {
  blob_properties {
    delete_retention_policy { days = 7 }
  }
}"#,
        r#"resource "azurerm_storage_account" "x" {
  blob_properties {
    delete_retention_policy {}
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for account in cloud.of(&["azurerm_storage_account"]) {
        let policy = account.get("blob_properties.delete_retention_policy");
        if policy.is_missing() {
            policy.fail(found, "`delete_retention_policy` is not set");
        }
    }
}
