//! PostgreSQL does not log disconnections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0022",
    aliases: ["GCP-0022", "google-sql-pg-log-disconnections", "CKV_GCP_53"],
    severity: Medium,
    title: "PostgreSQL does not log disconnections",
    remedy: "Set the flag log_disconnections to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_disconnections"
      value = "off"
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
  }
}"#,
        r#"variable "version" {}
resource "google_sql_database_instance" "x" { database_version = var.version }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_be(cloud, "POSTGRES", "log_disconnections", &["on"], found);
}
