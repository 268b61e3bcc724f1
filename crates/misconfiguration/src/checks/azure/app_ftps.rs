//! App service accepts unencrypted FTP.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0071",
    aliases: ["AZU-0071", "azure-appservice-enforce-ftps", "CKV_AZURE_78"],
    severity: Medium,
    title: "App service accepts unencrypted FTP",
    remedy: "Set `site_config.ftps_state` to FtpsOnly or Disabled.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_app_service" "x" {
  site_config {
    ftps_state = "other"
  }
}"#,
        r#"resource "azurerm_function_app" "x" {
  site_config {}
}"#,
    ],
    good: [
        r#"resource "azurerm_app_service" "x" {
  site_config {
    ftps_state = "FtpsOnly"
  }
}"#,
        r#"variable "unknown" {}
resource "azurerm_function_app" "x" {
  site_config {
    ftps_state = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["azurerm_app_service", "azurerm_function_app"], "site_config.ftps_state", &["FtpsOnly", "Disabled"], found);
}
