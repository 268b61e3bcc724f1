//! App service runs a PHP that is no longer supported.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0069",
    aliases: ["AZU-0069", "azure-appservice-supported-php-version", "CKV_AZURE_81"],
    severity: Medium,
    title: "App service runs a PHP that is no longer supported",
    remedy: "Set `php_version` to a supported version.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  site_config { php_version = "5.6" }
}"#,
        r#"resource "azurerm_linux_web_app" "x" {
  site_config {
    application_stack { php_version = "8.0" }
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" {
  site_config { php_version = "8.3" }
}"#,
        r#"resource "azurerm_app_service" "x" {
  site_config { python_version = "3.4" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let old = cloud.of(&["azurerm_app_service"]).map(|app| app.get("site_config.php_version"));
    let new = cloud.of(super::WEB_APPS).map(|app| app.get("site_config.application_stack.php_version"));
    for version in old.chain(new) {
        if version.number().is_some_and(|number| number < 8.2) {
            version.fail(found, "`php_version` is out of support");
        }
    }
}
