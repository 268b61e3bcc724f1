//! PostgreSQL does not log temporary files.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0014",
    aliases: ["GCP-0014", "google-sql-enable-pg-temp-file-logging", "CKV_GCP_57"],
    severity: Medium,
    title: "PostgreSQL does not log temporary files",
    remedy: "Set the flag log_temp_files to 0.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "POSTGRES_15"
  settings {
    database_flags {
      name  = "log_temp_files"
      value = "-1"
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
      name  = "log_temp_files"
      value = 0
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_be(cloud, "POSTGRES", "log_temp_files", &["0"], found);
}
