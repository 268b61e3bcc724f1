//! Managed disk is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0038",
    aliases: ["AZU-0038", "azure-compute-enable-disk-encryption", "CKV_AZURE_2"],
    severity: High,
    title: "Managed disk is not encrypted",
    remedy: "Set `encryption_settings.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_managed_disk" "x" {
  encryption_settings {
    enabled = false
  }
}"#,
        r#"locals { off = false }
resource "azurerm_managed_disk" "x" {
  encryption_settings {
    enabled = local.off
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_managed_disk" "x" {
  encryption_settings {
    enabled = true
  }
}"#,
        r#"resource "azurerm_managed_disk" "x" {
  encryption_settings {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_false(&["azurerm_managed_disk"], "encryption_settings.enabled", found);
}
