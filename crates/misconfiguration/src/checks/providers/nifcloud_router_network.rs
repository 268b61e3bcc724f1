//! Router is in the common private network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0017",
    aliases: ["NIF-0017", "nifcloud-network-no-common-private-router"],
    severity: Low,
    title: "Router is in the common private network",
    remedy: "Use a private LAN.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_router" "x" {
  network_interface {
    network_id = "net-COMMON_PRIVATE"
  }
}"#,
        r#"locals { value = "net-COMMON_PRIVATE" }
resource "nifcloud_router" "x" {
  network_interface {
    network_id = local.value
  }
}"#,
    ],
    good: [
        r#"resource "nifcloud_router" "x" {
  network_interface {
    network_id = "other"
  }
}"#,
        r#"resource "nifcloud_router" "x" {
  network_interface {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["nifcloud_router"], "network_interface.network_id", &["net-COMMON_PRIVATE"], found);
}
