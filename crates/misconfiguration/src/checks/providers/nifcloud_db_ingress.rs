//! Security group of the database lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0011",
    aliases: ["NIF-0011", "nifcloud-rdb-no-public-ingress-db-sgr"],
    severity: Critical,
    title: "Security group of the database lets everybody in",
    remedy: "Name the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_db_security_group" "x" {
  rule { cidr_ip = "10.0.0.0/8" }
  rule { cidr_ip = "0.0.0.0/0" }
}"#,
        r#"resource "nifcloud_db_security_group" "x" {
  rule { cidr_ip = "::/0" }
}"#,
    ],
    good: [
        r#"resource "nifcloud_db_security_group" "x" {
  rule { cidr_ip = "192.0.2.0/24" }
}"#,
        r#"resource "nifcloud_db_security_group" "x" {
  rule { security_group_name = "app" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::must_not_be_everywhere(cloud, &["nifcloud_db_security_group"], "rule.cidr_ip", found);
}
