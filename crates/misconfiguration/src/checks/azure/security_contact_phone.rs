//! Security contact has no telephone.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0046",
    aliases: ["AZU-0046", "azure-securitycenter-set-required-contact-details", "CKV_AZURE_20"],
    severity: Low,
    title: "Security contact has no telephone",
    remedy: "Set `phone`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_security_center_contact" "x" {}"#,
        r#"resource "azurerm_security_center_contact" "x" {
  phone = ""
}"#,
    ],
    good: [
        r#"resource "azurerm_security_center_contact" "x" {
  phone = "something"
}"#,
        r#"variable "unknown" {}
resource "azurerm_security_center_contact" "x" {
  phone = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["azurerm_security_center_contact"], "phone", found);
}
