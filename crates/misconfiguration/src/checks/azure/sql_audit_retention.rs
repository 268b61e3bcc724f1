//! Audit log of the database is kept for less than 90 days.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0025",
    aliases: ["AZU-0025", "azure-database-retention-period-set", "CKV_AZURE_24"],
    severity: Medium,
    title: "Audit log of the database is kept for less than 90 days",
    remedy: "Set `retention_in_days` to at least 90.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_server_extended_auditing_policy" "x" { retention_in_days = 6 }"#,
        r#"resource "azurerm_mssql_database_extended_auditing_policy" "x" { retention_in_days = 89 }"#,
    ],
    good: [
        r#"resource "azurerm_mssql_server_extended_auditing_policy" "x" { retention_in_days = 90 }"#,
        r#"resource "azurerm_mssql_server_extended_auditing_policy" "x" { retention_in_days = 0 }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["azurerm_mssql_server_extended_auditing_policy", "azurerm_mssql_database_extended_auditing_policy"];
    for days in cloud.of(kinds).map(|policy| policy.get("retention_in_days")) {
        if days.number().is_some_and(|days| days > 0.0 && days < 90.0) {
            days.fail(found, "`retention_in_days` is less than 90");
        }
    }
}
