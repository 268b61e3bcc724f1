//! PostgreSQL does not throttle connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0021",
    aliases: ["AZU-0021", "azure-database-postgres-configuration-connection-throttling", "CKV_AZURE_32"],
    severity: Medium,
    title: "PostgreSQL does not throttle connections",
    remedy: "Set the configuration connection_throttling to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_postgresql_server" "s" {}"#,
        r#"resource "azurerm_postgresql_server" "s" {}
resource "azurerm_postgresql_configuration" "c" {
  name        = "log_connections"
  server_name = azurerm_postgresql_server.s.name
  value       = "on"
}"#,
    ],
    good: [
        r#"resource "azurerm_postgresql_server" "s" {}
resource "azurerm_postgresql_configuration" "c" {
  name        = "connection_throttling"
  server_name = azurerm_postgresql_server.s.name
  value       = "on"
}"#,
        r#"resource "azurerm_postgresql_server" "s" {}
resource "azurerm_postgresql_configuration" "c" {
  for_each    = { connection_throttling = "on", log_checkpoints = "on" }
  name        = each.key
  server_name = azurerm_postgresql_server.s.name
  value       = each.value
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::postgres_must_have_on(cloud, "connection_throttling", found);
}
