//! PostgreSQL does not log checkpoints.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0024",
    aliases: ["AZU-0024", "azure-database-postgres-configuration-log-checkpoints", "CKV_AZURE_30"],
    severity: Medium,
    title: "PostgreSQL does not log checkpoints",
    remedy: "Set the configuration log_checkpoints to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_postgresql_server" "s" {}"#,
        r#"resource "azurerm_postgresql_server" "s" {}
resource "azurerm_postgresql_configuration" "c" {
  name        = "log_checkpoints"
  server_name = "another"
  value       = "on"
}"#,
    ],
    good: [
        r#"resource "azurerm_postgresql_server" "s" {}
resource "azurerm_postgresql_configuration" "c" {
  name        = "log_checkpoints"
  server_name = azurerm_postgresql_server.s.name
  value       = "on"
}"#,
        r#"variable "v" {}
resource "azurerm_postgresql_server" "s" {}
resource "azurerm_postgresql_configuration" "c" {
  name        = "log_checkpoints"
  server_name = azurerm_postgresql_server.s.name
  value       = var.v
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::postgres_must_have_on(cloud, "log_checkpoints", found);
}
