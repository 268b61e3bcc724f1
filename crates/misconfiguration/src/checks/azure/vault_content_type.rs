//! Secret does not say what it is.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0015",
    aliases: ["AZU-0015", "azure-keyvault-content-type-for-secret", "CKV_AZURE_114"],
    severity: Low,
    title: "Secret does not say what it is",
    remedy: "Set `content_type`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_key_vault_secret" "x" {}"#,
        r#"resource "azurerm_key_vault_secret" "x" {
  content_type = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_key_vault_secret" "x" {
  content_type = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_key_vault_secret" "x" {
  content_type = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_key_vault_secret"], "content_type", found);
}
