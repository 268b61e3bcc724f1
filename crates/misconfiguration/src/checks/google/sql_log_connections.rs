//! PostgreSQL does not log connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0016",
    aliases: ["GCP-0016", "google-sql-pg-log-connections", "CKV_GCP_51"],
    severity: Medium,
    title: "PostgreSQL does not log connections",
    remedy: "Set the flag log_connections to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"locals { flags = { log_connections = "off" } }
resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    dynamic "database_flags" {
      for_each = local.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_connections"
      value = "on"
    }
  }
}"#,
        r#"variable "flags" {}
resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    dynamic "database_flags" {
      for_each = var.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_be(cloud, "POSTGRES", "log_connections", &["on"], found);
}
