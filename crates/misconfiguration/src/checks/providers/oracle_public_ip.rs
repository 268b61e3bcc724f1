//! Reserved address is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-ORACLE-0001",
    aliases: ["OCI-0001", "oracle-compute-no-public-ip"],
    severity: Critical,
    title: "Reserved address is public",
    remedy: "Take it from another pool.",
    rule: Cloud(find),
    bad: [
        r#"resource "opc_compute_ip_address_reservation" "x" {
  ip_address_pool = "public-ippool"
}"#,
        r#"locals { value = "public-ippool" }
resource "opc_compute_ip_address_reservation" "x" {
  ip_address_pool = local.value
}"#,
    ],
    good: [
        r#"resource "opc_compute_ip_address_reservation" "x" {
  ip_address_pool = "other"
}"#,
        r#"resource "opc_compute_ip_address_reservation" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["opc_compute_ip_address_reservation"], "ip_address_pool", &["public-ippool"], found);
}
