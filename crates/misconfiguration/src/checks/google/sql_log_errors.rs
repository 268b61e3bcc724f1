//! PostgreSQL logs too few errors.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0018",
    aliases: ["GCP-0018", "google-sql-pg-log-errors", "CKV_GCP_55"],
    severity: Low,
    title: "PostgreSQL logs too few errors",
    remedy: "Set the flag log_min_messages to WARNING or lower.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_min_messages"
      value = "fatal"
    }
  }
}"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_9_6"
  settings {
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_min_messages"
      value = "LOG"
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_min_messages"
      value = "ERROR"
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_not_be(cloud, "POSTGRES", "log_min_messages", &["FATAL", "PANIC", "LOG"], found);
}
