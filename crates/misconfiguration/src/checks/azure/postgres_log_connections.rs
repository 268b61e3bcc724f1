//! PostgreSQL does not log connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0019",
    aliases: ["AZU-0019", "azure-database-postgres-configuration-log-connections", "CKV_AZURE_31"],
    severity: Medium,
    title: "PostgreSQL does not log connections",
    remedy: "Set the configuration log_connections to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_postgresql_server" "s" { name = "s" }
resource "azurerm_postgresql_configuration" "c" {
  name        = "log_connections"
  server_name = azurerm_postgresql_server.s.name
  value       = "off"
}"#,
        r#"resource "azurerm_postgresql_flexible_server" "s" {}"#,
    ],
    good: [
        r#"resource "azurerm_postgresql_server" "s" { name = "s" }
resource "azurerm_postgresql_configuration" "c" {
  name        = "log_connections"
  server_name = "s"
  value       = "ON"
}"#,
        r#"resource "azurerm_postgresql_flexible_server" "s" {}
resource "azurerm_postgresql_flexible_server_configuration" "c" {
  name      = "log_connections"
  server_id = azurerm_postgresql_flexible_server.s.id
  value     = "on"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::postgres_must_have_on(cloud, "log_connections", found);
}
