//! Database has no backups.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0024",
    aliases: ["GCP-0024", "google-sql-enable-backup", "CKV_GCP_14"],
    severity: Medium,
    title: "Database has no backups",
    remedy: "Set `backup_configuration.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" {}"#,
        r#"resource "google_sql_database_instance" "x" {
  settings {
    backup_configuration { enabled = false }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" { master_instance_name = "main" }"#,
        r#"resource "google_sql_database_instance" "x" {
  settings {
    backup_configuration { enabled = true }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["google_sql_database_instance"]) {
        if database.get("master_instance_name").is_missing() {
            database.get("settings.backup_configuration.enabled").must_be_true("backup_configuration.enabled", found);
        }
    }
}
