//! PostgreSQL does not log checkpoints.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0025",
    aliases: ["GCP-0025", "google-sql-pg-log-checkpoints", "CKV_GCP_52"],
    severity: Medium,
    title: "PostgreSQL does not log checkpoints",
    remedy: "Set the flag log_checkpoints to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_checkpoints"
      value = "off"
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" { database_version = "SQLSERVER_2019_WEB" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_be(cloud, "POSTGRES", "log_checkpoints", &["on"], found);
}
