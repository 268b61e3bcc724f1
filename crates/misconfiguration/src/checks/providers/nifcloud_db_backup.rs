//! Backups of the database are kept for a day at most.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0009",
    aliases: ["NIF-0009", "nifcloud-rdb-specify-backup-retention"],
    severity: Medium,
    title: "Backups of the database are kept for a day at most",
    remedy: "Set `backup_retention_period` to some days.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_db_instance" "x" {
  backup_retention_period = 1
}"#,
        r#"locals { value = 1 }
resource "nifcloud_db_instance" "x" {
  backup_retention_period = local.value
}"#,
    ],
    good: [
        r#"resource "nifcloud_db_instance" "x" {
  backup_retention_period = 2
}"#,
        r#"variable "unknown" {}
resource "nifcloud_db_instance" "x" {
  backup_retention_period = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_at_least(&["nifcloud_db_instance"], "backup_retention_period", 2.0, 0.0, found);
}
