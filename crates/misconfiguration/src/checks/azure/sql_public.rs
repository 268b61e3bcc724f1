//! Database server is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0022",
    aliases: ["AZU-0022", "azure-database-no-public-access", "CKV_AZURE_53"],
    severity: Medium,
    title: "Database server is public",
    remedy: "Set `public_network_access_enabled` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_server" "x" { public_network_access_enabled = true }"#,
        r#"resource "azurerm_mysql_server" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_postgresql_server" "x" { public_network_access_enabled = false }"#,
        r#"variable "p" {}
resource "azurerm_postgresql_server" "x" { public_network_access_enabled = var.p }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server", "azurerm_mssql_server"];
    for access in cloud.of(kinds).map(|server| server.get("public_network_access_enabled")) {
        if access.is_missing() || access.is_true() {
            access.fail(found, "every network may reach the server");
        }
    }
}
