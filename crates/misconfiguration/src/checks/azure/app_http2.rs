//! App service does not speak HTTP/2.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0005",
    aliases: ["AZU-0005", "azure-appservice-enable-http2", "CKV_AZURE_18"],
    severity: Low,
    title: "App service does not speak HTTP/2",
    remedy: "Set `site_config.http2_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  site_config {
    http2_enabled = false
  }
}"#,
        r#"resource "azurerm_windows_web_app" "x" {
  site_config {}
}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" {
  site_config {
    http2_enabled = true
  }
}"#,
        r#"variable "on" { default = true }
resource "azurerm_windows_web_app" "x" {
  site_config {
    http2_enabled = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_app_service", "azurerm_linux_web_app", "azurerm_windows_web_app"], "site_config.http2_enabled", found);
}
