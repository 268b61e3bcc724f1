//! Instance is in the common private network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0005",
    aliases: ["NIF-0005", "nifcloud-computing-no-common-private-instance"],
    severity: Low,
    title: "Instance is in the common private network",
    remedy: "Use a private LAN.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_instance" "x" {
  network_interface {
    network_id = "net-COMMON_PRIVATE"
  }
}"#,
        r#"locals { value = "net-COMMON_PRIVATE" }
resource "nifcloud_instance" "x" {
  network_interface {
    network_id = local.value
  }
}"#,
    ],
    good: [
        r#"resource "nifcloud_instance" "x" {
  network_interface {
    network_id = "other"
  }
}"#,
        r#"resource "nifcloud_instance" "x" {
  network_interface {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["nifcloud_instance"], "network_interface.network_id", &["net-COMMON_PRIVATE"], found);
}
