//! Database server accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0026",
    aliases: ["AZU-0026", "azure-database-secure-tls-policy", "CKV_AZURE_52"],
    severity: Medium,
    title: "Database server accepts outdated TLS",
    remedy: "Set the minimum version of TLS to 1.2 or later.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_server" "x" { minimum_tls_version = "1.0" }"#,
        r#"resource "azurerm_mysql_server" "x" { ssl_minimal_tls_version_enforced = "TLSEnforcementDisabled" }"#,
    ],
    good: [
        r#"resource "azurerm_mssql_server" "x" { minimum_tls_version = "1.2" }"#,
        r#"resource "azurerm_mysql_server" "x" { ssl_minimal_tls_version_enforced = "TLS1_2" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["azurerm_mssql_server"], "minimum_tls_version", &["1.0", "1.1", "1", "Disabled"], found);
    let kinds = &["azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server"];
    let outdated = &["TLS1_0", "TLS1_1", "TLSEnforcementDisabled"];
    cloud.must_not_be(kinds, "ssl_minimal_tls_version_enforced", outdated, found);
}
