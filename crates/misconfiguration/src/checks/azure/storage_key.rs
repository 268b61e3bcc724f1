//! Storage account is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0060",
    aliases: ["AZU-0060", "azure-storage-blob-container-cmk-encrypted", "CKV2_AZURE_1"],
    severity: Medium,
    title: "Storage account is not encrypted with a key of your own",
    remedy: "Add `customer_managed_key`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "a" { name = "a" }
resource "azurerm_storage_container" "c" { storage_account_name = "a" }"#,
        r#"resource "azurerm_storage_account" "a" {}
resource "azurerm_storage_container" "c" { storage_account_id = azurerm_storage_account.a.id }"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "a" {}
resource "azurerm_storage_container" "c" { storage_account_name = azurerm_storage_account.a.name }
resource "azurerm_storage_account_customer_managed_key" "k" { storage_account_id = azurerm_storage_account.a.id }"#,
        r#"resource "azurerm_storage_account" "a" { name = "a" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const CONTAINERS: &[&str] = &["azurerm_storage_container"];
    for account in cloud.of(&["azurerm_storage_account"]) {
        let by_name = cloud.that_refer(CONTAINERS, "storage_account_name", account).next().is_some();
        let by_id = cloud.that_refer(CONTAINERS, "storage_account_id", account).next().is_some();
        let separate = cloud.that_refer(&["azurerm_storage_account_customer_managed_key"], "storage_account_id", account).next();
        if (by_name || by_id) && account.get("customer_managed_key").is_missing() && separate.is_none() {
            account.whole().fail(found, "no key of your own encrypts its containers");
        }
    }
}
