//! Activity log leaves activities out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0033",
    aliases: ["AZU-0033", "azure-monitor-capture-all-activities", "CKV_AZURE_38"],
    severity: Medium,
    title: "Activity log leaves activities out",
    remedy: "List Action, Delete and Write in `categories`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_monitor_log_profile" "x" { categories = ["Action", "Write"] }"#,
        r#"resource "azurerm_monitor_log_profile" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_monitor_log_profile" "x" { categories = ["Write", "Delete", "Action"] }"#,
        r#"variable "c" {}
resource "azurerm_monitor_log_profile" "x" { categories = var.c }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for categories in cloud.of(&["azurerm_monitor_log_profile"]).map(|profile| profile.get("categories")) {
        let listed = categories.texts();
        let missing = ["Action", "Delete", "Write"].into_iter().find(|kind| !listed.iter().any(|listed| listed == kind));
        if let Some(missing) = missing.filter(|_| categories.is_known_list()) {
            categories.fail(found, format!("`{missing}` is left out"));
        }
    }
}
