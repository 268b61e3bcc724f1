//! PostgreSQL does not log waits for locks.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0020",
    aliases: ["GCP-0020", "google-sql-pg-log-lock-waits", "CKV_GCP_54"],
    severity: Medium,
    title: "PostgreSQL does not log waits for locks",
    remedy: "Set the flag log_lock_waits to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_lock_waits"
      value = "off"
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" { database_version = "MYSQL_8_0" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_be(cloud, "POSTGRES", "log_lock_waits", &["on"], found);
}
