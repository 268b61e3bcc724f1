//! Threats to the database are told to nobody.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0018",
    aliases: ["AZU-0018", "azure-database-threat-alert-email-set", "CKV_AZURE_26"],
    severity: Medium,
    title: "Threats to the database are told to nobody",
    remedy: "Set `email_addresses`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_server_security_alert_policy" "x" {}"#,
        r#"resource "azurerm_mssql_server_security_alert_policy" "x" {
  email_addresses = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_mssql_server_security_alert_policy" "x" {
  email_addresses = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_mssql_server_security_alert_policy" "x" {
  email_addresses = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_mssql_server_security_alert_policy"], "email_addresses", found);
}
