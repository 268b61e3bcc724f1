//! Storage account has no copy in another region.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0058",
    aliases: ["AZU-0058", "azure-storage-enable-geo-redundant-backups", "CKV_AZURE_206"],
    severity: Low,
    title: "Storage account has no copy in another region",
    remedy: "Set `account_replication_type` to GRS, RAGRS, GZRS or RAGZRS.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" {
  account_replication_type = "other"
}"#,
        r#"resource "azurerm_storage_account" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {
  account_replication_type = "GRS"
}"#,
        r#"variable "unknown" {}
resource "azurerm_storage_account" "x" {
  account_replication_type = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["azurerm_storage_account"], "account_replication_type", &["GRS", "RAGRS", "GZRS", "RAGZRS"], found);
}
