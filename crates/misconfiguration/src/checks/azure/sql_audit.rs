//! Database server is not audited.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0027",
    aliases: ["AZU-0027", "azure-database-enable-audit", "CKV_AZURE_23"],
    severity: Medium,
    title: "Database server is not audited",
    remedy: "Add an extended auditing policy.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_server" "s" {}"#,
        r#"resource "azurerm_mssql_server" "s" {}
resource "azurerm_mssql_server_extended_auditing_policy" "p" { server_id = "other" }"#,
    ],
    good: [
        r#"resource "azurerm_mssql_server" "s" {}
resource "azurerm_mssql_server_extended_auditing_policy" "p" { server_id = azurerm_mssql_server.s.id }"#,
        r#"resource "azurerm_sql_server" "s" {
  extended_auditing_policy { retention_in_days = 90 }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const POLICIES: &[&str] = &["azurerm_mssql_server_extended_auditing_policy", "azurerm_sql_server_extended_auditing_policy"];
    for server in cloud.of(&["azurerm_sql_server", "azurerm_mssql_server"]) {
        let own = server.get("extended_auditing_policy");
        if own.is_missing() && cloud.that_refer(POLICIES, "server_id", server).next().is_none() {
            server.whole().fail(found, "has no auditing policy");
        }
    }
}
