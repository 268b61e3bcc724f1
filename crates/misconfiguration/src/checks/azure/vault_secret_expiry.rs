//! Secret never expires.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0017",
    aliases: ["AZU-0017", "azure-keyvault-ensure-secret-expiry", "CKV_AZURE_41"],
    severity: Low,
    title: "Secret never expires",
    remedy: "Set `expiration_date`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_key_vault_secret" "x" {}"#,
        r#"resource "azurerm_key_vault_secret" "x" {
  expiration_date = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_key_vault_secret" "x" {
  expiration_date = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_key_vault_secret" "x" {
  expiration_date = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_key_vault_secret"], "expiration_date", found);
}
