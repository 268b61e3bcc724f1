//! App service accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0006",
    aliases: ["AZU-0006", "azure-appservice-use-secure-tls-policy", "CKV_AZURE_15"],
    severity: High,
    title: "App service accepts outdated TLS",
    remedy: "Set the minimum version of TLS to 1.2 or later.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  site_config { min_tls_version = 1.1 }
}"#,
        r#"resource "azurerm_linux_web_app" "x" {
  site_config { minimum_tls_version = "1.0" }
}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" {
  site_config { min_tls_version = 1.2 }
}"#,
        r#"variable "tls" {}
resource "azurerm_app_service" "x" {
  site_config { min_tls_version = var.tls }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["azurerm_app_service", "azurerm_function_app"];
    cloud.must_not_be(kinds, "site_config.min_tls_version", &["1.0", "1.1", "1"], found);
    cloud.must_not_be(super::WEB_APPS, "site_config.minimum_tls_version", &["1.0", "1.1", "1"], found);
}
