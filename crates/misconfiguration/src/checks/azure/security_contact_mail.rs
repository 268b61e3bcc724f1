//! Security contact has no mail address.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0062",
    aliases: ["AZU-0062", "azure-securitycenter-security-contact-email", "CKV_AZURE_131"],
    severity: Medium,
    title: "Security contact has no mail address",
    remedy: "Set `email`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_security_center_contact" "x" {}"#,
        r#"resource "azurerm_security_center_contact" "x" {
  email = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_security_center_contact" "x" {
  email = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_security_center_contact" "x" {
  email = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_security_center_contact"], "email", found);
}
