//! Storage account accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0011",
    aliases: ["AZU-0011", "azure-storage-use-secure-tls-policy", "CKV_AZURE_44"],
    severity: Critical,
    title: "Storage account accepts outdated TLS",
    remedy: "Set `min_tls_version` to TLS1_2.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" {
  min_tls_version = "TLS1_0"
}"#,
        r#"locals { value = "TLS1_1" }
resource "azurerm_storage_account" "x" {
  min_tls_version = local.value
}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {
  min_tls_version = "other"
}"#,
        r#"resource "azurerm_storage_account" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["azurerm_storage_account"], "min_tls_version", &["TLS1_0", "TLS1_1"], found);
}
