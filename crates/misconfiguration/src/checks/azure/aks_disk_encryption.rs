//! Disks of AKS are not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0067",
    aliases: ["AZU-0067", "azure-container-enable-disk-encryption", "CKV_AZURE_117"],
    severity: Low,
    title: "Disks of AKS are not encrypted with a key of your own",
    remedy: "Set `disk_encryption_set_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_kubernetes_cluster" "x" {}"#,
        r#"resource "azurerm_kubernetes_cluster" "x" {
  disk_encryption_set_id = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_kubernetes_cluster" "x" {
  disk_encryption_set_id = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_kubernetes_cluster" "x" {
  disk_encryption_set_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_kubernetes_cluster"], "disk_encryption_set_id", found);
}
