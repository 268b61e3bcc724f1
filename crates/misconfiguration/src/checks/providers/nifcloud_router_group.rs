//! Router has no security group.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0016",
    aliases: ["NIF-0016", "nifcloud-network-add-security-group-to-router"],
    severity: Critical,
    title: "Router has no security group",
    remedy: "Set `security_group`.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_router" "x" {}"#,
        r#"resource "nifcloud_router" "x" {
  security_group = ""
}"#,
    ],
    good: [
        r#"resource "nifcloud_router" "x" {
  security_group = "something"
}"#,
        r#"variable "unknown" {}
resource "nifcloud_router" "x" {
  security_group = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["nifcloud_router"], "security_group", found);
}
