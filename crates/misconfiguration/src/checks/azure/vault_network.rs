//! Key vault accepts every network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0013",
    aliases: ["AZU-0013", "azure-keyvault-specify-network-acl", "CKV_AZURE_109"],
    severity: Critical,
    title: "Key vault accepts every network",
    remedy: "Set `network_acls.default_action` to Deny.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_key_vault" "x" {
  network_acls {
    default_action = "other"
  }
}"#,
        r#"resource "azurerm_key_vault" "x" {
  network_acls {}
}"#,
    ],
    good: [
        r#"resource "azurerm_key_vault" "x" {
  network_acls {
    default_action = "Deny"
  }
}"#,
        r#"variable "unknown" {}
resource "azurerm_key_vault" "x" {
  network_acls {
    default_action = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["azurerm_key_vault"], "network_acls.default_action", &["Deny"], found);
}
