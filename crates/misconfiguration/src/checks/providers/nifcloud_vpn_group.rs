//! VPN gateway has no security group.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0018",
    aliases: ["NIF-0018", "nifcloud-network-add-security-group-to-vpn-gateway"],
    severity: Critical,
    title: "VPN gateway has no security group",
    remedy: "Set `security_group`.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_vpn_gateway" "x" {}"#,
        r#"resource "nifcloud_vpn_gateway" "x" {
  security_group = ""
}"#,
    ],
    good: [
        r#"resource "nifcloud_vpn_gateway" "x" {
  security_group = "something"
}"#,
        r#"variable "unknown" {}
resource "nifcloud_vpn_gateway" "x" {
  security_group = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["nifcloud_vpn_gateway"], "security_group", found);
}
