//! App service runs a Python that is no longer supported.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0070",
    aliases: ["AZU-0070", "azure-appservice-supported-python-version"],
    severity: Medium,
    title: "App service runs a Python that is no longer supported",
    remedy: "Set `python_version` to a supported version.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  site_config { python_version = "2.7" }
}"#,
        r#"resource "azurerm_linux_web_app" "x" {
  site_config {
    application_stack { python_version = "3.9" }
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_linux_web_app" "x" {
  site_config {
    application_stack { python_version = "3.12" }
  }
}"#,
        r#"resource "azurerm_app_service" "x" {
  site_config { php_version = "5.6" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let old = cloud.of(&["azurerm_app_service"]).map(|app| app.get("site_config.python_version"));
    let new = cloud.of(super::WEB_APPS).map(|app| app.get("site_config.application_stack.python_version"));
    for version in old.chain(new) {
        let Some(text) = version.text() else { continue };
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        let minor = parts.next().flatten().zip(parts.next().flatten());
        if minor.is_some_and(|version| version < (3, 10)) {
            version.fail(found, format!("Python {text} is out of support"));
        }
    }
}
