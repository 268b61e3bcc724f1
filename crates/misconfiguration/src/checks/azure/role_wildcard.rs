//! Role may do everything.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0030",
    aliases: ["AZU-0030", "azure-authorization-limit-role-actions"],
    severity: Medium,
    title: "Role may do everything",
    remedy: "Name the actions that are needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_role_definition" "x" {
  permissions { actions = ["*"] }
}"#,
        r#"resource "azurerm_role_definition" "x" {
  permissions { actions = ["Microsoft.Compute/*/read"] }
  permissions { actions = ["a", "*"] }
}"#,
    ],
    good: [
        r#"resource "azurerm_role_definition" "x" {
  permissions { actions = ["Microsoft.Compute/*"] }
}"#,
        r#"resource "azurerm_role_definition" "x" {
  permissions { not_actions = ["*"] }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for actions in cloud.of(&["azurerm_role_definition"]).flat_map(|role| role.each("permissions.actions")) {
        if actions.is_text("*") {
            actions.fail(found, "allows every action");
        }
    }
}
