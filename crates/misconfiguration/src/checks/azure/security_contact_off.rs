//! Security contact is switched off.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0064",
    aliases: ["AZU-0064", "azure-securitycenter-security-contact-disabled"],
    severity: High,
    title: "Security contact is switched off",
    remedy: "Remove `is_enabled = false`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_security_center_contact" "x" { is_enabled = false }"#,
        r#"resource "azurerm_security_center_contact" "x" { enabled = false }"#,
    ],
    good: [
        r#"resource "azurerm_security_center_contact" "x" { email = "a@b.example" }"#,
        r#"resource "azurerm_security_center_contact" "x" { is_enabled = true }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for path in ["is_enabled", "enabled"] {
        cloud.must_not_be_false(&["azurerm_security_center_contact"], path, found);
    }
}
