//! Database is in the common private network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0010",
    aliases: ["NIF-0010", "nifcloud-rdb-no-common-private-db-instance"],
    severity: Low,
    title: "Database is in the common private network",
    remedy: "Use a private LAN.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_db_instance" "x" {
  network_id = "net-COMMON_PRIVATE"
}"#,
        r#"locals { value = "net-COMMON_PRIVATE" }
resource "nifcloud_db_instance" "x" {
  network_id = local.value
}"#,
    ],
    good: [
        r#"resource "nifcloud_db_instance" "x" {
  network_id = "other"
}"#,
        r#"resource "nifcloud_db_instance" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["nifcloud_db_instance"], "network_id", &["net-COMMON_PRIVATE"], found);
}
