//! Data factory is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0035",
    aliases: ["AZU-0035", "azure-datafactory-no-public-access", "CKV_AZURE_104"],
    severity: Critical,
    title: "Data factory is public",
    remedy: "Set `public_network_enabled` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_data_factory" "x" { public_network_enabled = true }"#,
        r#"resource "azurerm_data_factory" "x" { name = "x" }"#,
    ],
    good: [
        r#"resource "azurerm_data_factory" "x" { public_network_enabled = "false" }"#,
        r#"variable "p" {}
resource "azurerm_data_factory" "x" { public_network_enabled = var.p }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for access in cloud.of(&["azurerm_data_factory"]).map(|factory| factory.get("public_network_enabled")) {
        if access.is_missing() || access.is_true() {
            access.fail(found, "every network may reach it");
        }
    }
}
