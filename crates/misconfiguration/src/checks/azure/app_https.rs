//! App answers over plain HTTP.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0004",
    aliases: ["AZU-0004", "azure-appservice-enforce-https", "CKV_AZURE_14"],
    severity: Critical,
    title: "App answers over plain HTTP",
    remedy: "Set `https_only` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_function_app" "x" {
  https_only = false
}"#,
        r#"resource "azurerm_windows_function_app" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_function_app" "x" {
  https_only = true
}"#,
        r#"variable "on" { default = true }
resource "azurerm_windows_function_app" "x" {
  https_only = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_function_app", "azurerm_app_service", "azurerm_linux_web_app", "azurerm_windows_web_app", "azurerm_linux_function_app", "azurerm_windows_function_app"], "https_only", found);
}
