//! Role may make and change roles.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0052",
    aliases: ["AZU-0052", "azure-authorization-prevent-custom-role-creation"],
    severity: Medium,
    title: "Role may make and change roles",
    remedy: "Remove actions that change role definitions.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_role_definition" "x" {
  permissions { actions = ["Microsoft.Resources/*/read", "Microsoft.Authorization/roleDefinitions/*"] }
}"#,
        r#"locals { all = ["*"] }
resource "azurerm_role_definition" "x" {
  permissions { actions = local.all }
}"#,
    ],
    good: [
        r#"resource "azurerm_role_definition" "x" {
  permissions { actions = ["Microsoft.Authorization/*/read"] }
}"#,
        r#"resource "azurerm_role_definition" "x" {
  permissions { data_actions = ["*"] }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for actions in cloud.of(&["azurerm_role_definition"]).flat_map(|role| role.get("permissions").items()) {
        let actions = actions.get("actions");
        let is_wide = |action: &str| {
            let action = action.to_ascii_lowercase();
            let on_roles = action == "microsoft.authorization/roledefinitions/write" || action == "microsoft.authorization/roledefinitions/*";
            action == "*" || action == "*/write" || action == "microsoft.authorization/*" || action == "microsoft.authorization/*/write" || on_roles
        };
        if actions.texts().iter().any(|action| is_wide(action)) {
            actions.fail(found, "may write role definitions");
        }
    }
}
