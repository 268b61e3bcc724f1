//! Data lake is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0036",
    aliases: ["AZU-0036", "azure-datalake-enable-at-rest-encryption", "CKV_AZURE_105"],
    severity: High,
    title: "Data lake is not encrypted",
    remedy: "Set `encryption_state` to Enabled.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_data_lake_store" "x" {
  encryption_state = "Disabled"
}"#,
        r#"locals { value = "Disabled" }
resource "azurerm_data_lake_store" "x" {
  encryption_state = local.value
}"#,
    ],
    good: [
        r#"resource "azurerm_data_lake_store" "x" {
  encryption_state = "other"
}"#,
        r#"resource "azurerm_data_lake_store" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["azurerm_data_lake_store"], "encryption_state", &["Disabled"], found);
}
