//! Firewall of the database lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0029",
    aliases: ["AZU-0029", "azure-database-no-public-firewall-access", "CKV_AZURE_11"],
    severity: High,
    title: "Firewall of the database lets everybody in",
    remedy: "Set the rule to the addresses that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_firewall_rule" "x" {
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}"#,
        r#"resource "azurerm_mysql_firewall_rule" "x" {
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}"#,
    ],
    good: [
        r#"resource "azurerm_mssql_firewall_rule" "x" {
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"
}"#,
        r#"resource "azurerm_sql_firewall_rule" "x" {
  start_ip_address = "192.0.2.1"
  end_ip_address   = "192.0.2.9"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &[
        "azurerm_sql_firewall_rule",
        "azurerm_mssql_firewall_rule",
        "azurerm_postgresql_firewall_rule",
        "azurerm_postgresql_flexible_server_firewall_rule",
        "azurerm_mysql_firewall_rule",
        "azurerm_mariadb_firewall_rule",
    ];
    for rule in cloud.of(kinds) {
        if rule.get("start_ip_address").is_text("0.0.0.0") && rule.get("end_ip_address").is_text("255.255.255.255") {
            rule.get("end_ip_address").fail(found, "lets every address in");
        }
    }
}
