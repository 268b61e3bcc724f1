//! App service lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0003",
    aliases: ["AZU-0003", "azure-appservice-authentication-enabled", "CKV_AZURE_13"],
    severity: Medium,
    title: "App service lets everybody in",
    remedy: "Set `auth_settings.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  auth_settings { enabled = false }
}"#,
        r#"resource "azurerm_windows_web_app" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" {
  auth_settings { enabled = true }
}"#,
        r#"resource "azurerm_linux_web_app" "x" {
  auth_settings_v2 { auth_enabled = true }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for app in cloud.of(&["azurerm_app_service"]).chain(cloud.of(super::WEB_APPS)) {
        let second = app.get("auth_settings_v2.auth_enabled");
        if second.is_off() {
            app.get("auth_settings.enabled").must_be_true("auth_settings.enabled", found);
        }
    }
}
