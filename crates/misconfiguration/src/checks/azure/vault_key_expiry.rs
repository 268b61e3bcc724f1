//! Key never expires.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0014",
    aliases: ["AZU-0014", "azure-keyvault-ensure-key-expiry", "CKV_AZURE_112"],
    severity: Medium,
    title: "Key never expires",
    remedy: "Set `expiration_date`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_key_vault_key" "x" {}"#,
        r#"resource "azurerm_key_vault_key" "x" {
  expiration_date = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_key_vault_key" "x" {
  expiration_date = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_key_vault_key" "x" {
  expiration_date = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_key_vault_key"], "expiration_date", found);
}
