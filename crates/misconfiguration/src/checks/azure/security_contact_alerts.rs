//! Security contact gets no alerts.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0044",
    aliases: ["AZU-0044", "azure-securitycenter-alert-on-severe-notifications", "CKV_AZURE_21"],
    severity: Medium,
    title: "Security contact gets no alerts",
    remedy: "Set `alert_notifications` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_security_center_contact" "x" {
  alert_notifications = false
}"#,
        r#"resource "azurerm_security_center_contact" "x" {}"#,
    ],
    good: [
        r#"resource "azurerm_security_center_contact" "x" {
  alert_notifications = true
}"#,
        r#"variable "on" { default = true }
resource "azurerm_security_center_contact" "x" {
  alert_notifications = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["azurerm_security_center_contact"], "alert_notifications", found);
}
