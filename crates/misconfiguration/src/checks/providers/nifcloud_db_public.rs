//! Database is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0008",
    aliases: ["NIF-0008", "nifcloud-rdb-no-public-db-access"],
    severity: Critical,
    title: "Database is public",
    remedy: "Set `publicly_accessible` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_db_instance" "x" {
  publicly_accessible = true
}"#,
        r#"locals { on = true }
resource "nifcloud_db_instance" "x" {
  publicly_accessible = local.on
}"#,
    ],
    good: [
        r#"resource "nifcloud_db_instance" "x" {
  publicly_accessible = false
}"#,
        r#"resource "nifcloud_db_instance" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["nifcloud_db_instance"], "publicly_accessible", found);
}
