//! Some alerts of threats to the database are off.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0028",
    aliases: ["AZU-0028", "azure-database-all-threat-alerts-enabled", "CKV_AZURE_25"],
    severity: Medium,
    title: "Some alerts of threats to the database are off",
    remedy: "Leave `disabled_alerts` empty.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_mssql_server_security_alert_policy" "x" { disabled_alerts = ["Sql_Injection"] }"#,
        r#"locals { off = ["Access_Anomaly"] }
resource "azurerm_mssql_server_security_alert_policy" "x" { disabled_alerts = local.off }"#,
    ],
    good: [
        r#"resource "azurerm_mssql_server_security_alert_policy" "x" { disabled_alerts = [] }"#,
        r#"resource "azurerm_mssql_server_security_alert_policy" "x" { state = "Enabled" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for alerts in cloud.of(&["azurerm_mssql_server_security_alert_policy"]).map(|policy| policy.get("disabled_alerts")) {
        if !alerts.is_missing() && !alerts.is_unknown() {
            alerts.fail(found, "`disabled_alerts` is not empty");
        }
    }
}
