//! Virtual machine accepts passwords.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0039",
    aliases: ["AZU-0039", "azure-compute-disable-password-authentication", "CKV_AZURE_1"],
    severity: High,
    title: "Virtual machine accepts passwords",
    remedy: "Set `disable_password_authentication` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_linux_virtual_machine" "x" { disable_password_authentication = false }"#,
        r#"resource "azurerm_virtual_machine" "x" {
  os_profile_linux_config { disable_password_authentication = false }
}"#,
    ],
    good: [
        r#"resource "azurerm_linux_virtual_machine" "x" { disable_password_authentication = true }"#,
        r#"resource "azurerm_linux_virtual_machine" "x" { admin_username = "a" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_false(&["azurerm_linux_virtual_machine"], "disable_password_authentication", found);
    let path = "os_profile_linux_config.disable_password_authentication";
    cloud.must_not_be_false(&["azurerm_virtual_machine"], path, found);
}
