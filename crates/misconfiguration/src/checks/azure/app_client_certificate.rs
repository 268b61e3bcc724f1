//! App service asks clients for no certificate.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0001",
    aliases: ["AZU-0001", "azure-appservice-require-client-cert", "CKV_AZURE_17"],
    severity: Low,
    title: "App service asks clients for no certificate",
    remedy: "Set `client_cert_enabled` (for web apps `client_certificate_enabled`) to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" { client_cert_enabled = false }"#,
        r#"resource "azurerm_linux_web_app" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" { client_cert_enabled = true }"#,
        r#"resource "azurerm_windows_web_app" "x" { client_certificate_enabled = true }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_app_service"], "client_cert_enabled", found);
    cloud.must_be_true(super::WEB_APPS, "client_certificate_enabled", found);
}
