//! MySQL reads files of its clients.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0026",
    aliases: ["GCP-0026", "google-sql-mysql-no-local-infile", "CKV_GCP_50"],
    severity: High,
    title: "MySQL reads files of its clients",
    remedy: "Set the flag local_infile to off.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" {
  database_version = "MYSQL_8_0"
  settings {
    database_flags {
      name  = "local_infile"
      value = "on"
    }
  }
}"#,
        r#"locals { value = "ON" }
resource "google_sql_database_instance" "x" {
  database_version = "MYSQL_5_7"
  settings {
    database_flags {
      name  = "local_infile"
      value = local.value
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" { database_version = "MYSQL_8_0" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "MYSQL_8_0"
  settings {
    database_flags {
      name  = "local_infile"
      value = "off"
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_not_be(cloud, "MYSQL", "local_infile", &["on"], found);
}
