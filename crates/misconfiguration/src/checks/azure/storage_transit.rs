//! Storage account accepts unencrypted or badly encrypted connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0059",
    aliases: ["AZU-0059", "azure-storage-log-storage-encryption", "CKV_AZURE_3"],
    severity: High,
    title: "Storage account accepts unencrypted or badly encrypted connections",
    remedy: "Set `https_traffic_only_enabled` to true and `min_tls_version` to TLS1_2.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" { enable_https_traffic_only = false }"#,
        r#"resource "azurerm_storage_account" "x" { min_tls_version = "TLS1_1" }"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {}"#,
        r#"resource "azurerm_storage_account" "x" { https_traffic_only_enabled = true }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["azurerm_storage_account"];
    cloud.must_not_be_false(kinds, "https_traffic_only_enabled", found);
    cloud.must_not_be_false(kinds, "enable_https_traffic_only", found);
    cloud.must_not_be(kinds, "min_tls_version", &["TLS1_0", "TLS1_1"], found);
}
