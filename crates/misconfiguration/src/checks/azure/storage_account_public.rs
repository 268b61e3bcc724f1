//! Containers of the storage account may be made public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0077",
    aliases: ["CKV_AZURE_190"],
    severity: Medium,
    title: "Containers of the storage account may be made public",
    remedy: "Set `allow_nested_items_to_be_public` (`allowBlobPublicAccess` in Azure's templates) to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "x" {
  allow_nested_items_to_be_public = true
}"#,
        r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [{
  "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "x",
  "properties": {"allowBlobPublicAccess": true}
}]}"#,
        r#"resource "azurerm_storage_account" "x" {
  allow_blob_public_access = "true"
}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "x" {
  allow_nested_items_to_be_public = false
}"#,
        r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [{
  "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "x",
  "properties": {"allowBlobPublicAccess": false}
}]}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for attribute in ["allow_nested_items_to_be_public", "allow_blob_public_access"] {
        cloud.must_not_be_true(&["azurerm_storage_account"], attribute, found);
    }
}
