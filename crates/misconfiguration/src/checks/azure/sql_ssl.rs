//! Database accepts unencrypted connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0020",
    aliases: ["AZU-0020", "azure-database-enable-ssl-enforcement", "CKV_AZURE_28", "CKV_AZURE_29"],
    severity: Medium,
    title: "Database accepts unencrypted connections",
    remedy: "Set `ssl_enforcement_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_postgresql_server" "x" {
  ssl_enforcement_enabled = false
}"#,
        r#"resource "azurerm_mariadb_server" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_postgresql_server" "x" {
  ssl_enforcement_enabled = true
}"#,
        r#"variable "on" { default = true }
resource "azurerm_mariadb_server" "x" {
  ssl_enforcement_enabled = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server"], "ssl_enforcement_enabled", found);
}
