//! Activity log is kept for less than a year.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0031",
    aliases: ["AZU-0031", "azure-monitor-activity-log-retention-set", "CKV_AZURE_37"],
    severity: Medium,
    title: "Activity log is kept for less than a year",
    remedy: "Set `retention_policy` with at least 365 days.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_monitor_log_profile" "x" {
  retention_policy {
    enabled = true
    days    = 7
  }
}"#,
        r#"resource "azurerm_monitor_log_profile" "x" {
  retention_policy { enabled = false }
}"#,
    ],
    good: [
        r#"resource "azurerm_monitor_log_profile" "x" {
  retention_policy {
    enabled = true
    days    = 365
  }
}"#,
        r#"resource "azurerm_monitor_log_profile" "x" {
  retention_policy {
    enabled = true
    days    = 0
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for profile in cloud.of(&["azurerm_monitor_log_profile"]) {
        let days = profile.get("retention_policy.days");
        let is_short = days.is_missing() || days.number().is_some_and(|days| days > 0.0 && days < 365.0);
        if profile.get("retention_policy.enabled").is_off() || is_short {
            days.fail(found, "is kept for less than 365 days");
        }
    }
}
