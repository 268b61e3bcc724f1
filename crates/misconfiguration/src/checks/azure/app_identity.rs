//! App service has no identity.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0002",
    aliases: ["AZU-0002", "azure-appservice-account-identity-registered", "CKV_AZURE_16"],
    severity: Low,
    title: "App service has no identity",
    remedy: "Add an `identity`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  identity {}
}"#,
        r#"resource "azurerm_windows_web_app" "x" {
  identity {
    type = ""
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" {
  identity {
    type = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "azurerm_windows_web_app" "x" {
  identity {
    type = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_app_service", "azurerm_linux_web_app", "azurerm_windows_web_app"], "identity.type", found);
}
