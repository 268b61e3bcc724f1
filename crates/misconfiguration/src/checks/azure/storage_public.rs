//! Storage container is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0007",
    aliases: ["AZU-0007", "azure-storage-no-public-access", "CKV_AZURE_34"],
    severity: High,
    title: "Storage container is public",
    remedy: "Set `container_access_type` to private.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_container" "x" {
  container_access_type = "blob"
}"#,
        r#"locals { value = "container" }
resource "azurerm_storage_container" "x" {
  container_access_type = local.value
}"#,
    ],
    good: [
        r#"resource "azurerm_storage_container" "x" {
  container_access_type = "other"
}"#,
        r#"resource "azurerm_storage_container" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["azurerm_storage_container"], "container_access_type", &["blob", "container"], found);
}
