//! Storage account is encrypted once only.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0061",
    aliases: ["AZU-0061", "azure-storage-infrastructure-encryption-enabled", "CKV_AZURE_256"],
    severity: Medium,
    title: "Storage account is encrypted once only",
    remedy: "Set `infrastructure_encryption_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" {
  infrastructure_encryption_enabled = false
}"#,
        r#"resource "azurerm_storage_account" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {
  infrastructure_encryption_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "azurerm_storage_account" "x" {
  infrastructure_encryption_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_storage_account"], "infrastructure_encryption_enabled", found);
}
