//! Security center is of the free tier.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0045",
    aliases: ["AZU-0045", "azure-securitycenter-enable-standard-subscription", "CKV_AZURE_19"],
    severity: Low,
    title: "Security center is of the free tier",
    remedy: "Set `tier` to Standard.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_security_center_subscription_pricing" "x" {
  tier = "Free"
}"#,
        r#"locals { value = "Free" }
resource "azurerm_security_center_subscription_pricing" "x" {
  tier = local.value
}"#,
    ],
    good: [
        r#"resource "azurerm_security_center_subscription_pricing" "x" {
  tier = "other"
}"#,
        r#"resource "azurerm_security_center_subscription_pricing" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["azurerm_security_center_subscription_pricing"], "tier", &["Free"], found);
}
