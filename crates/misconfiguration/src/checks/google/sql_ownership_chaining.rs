//! SQL Server chains ownership between databases.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0019",
    aliases: ["GCP-0019", "google-sql-no-cross-db-ownership-chaining", "CKV_GCP_58"],
    severity: Medium,
    title: "SQL Server chains ownership between databases",
    remedy: "Set the flag cross db ownership chaining to off.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" { database_version = "SQLSERVER_2022_WEB" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "SQLSERVER_2022_WEB"
  settings {
    database_flags {
      name  = "cross db ownership chaining"
      value = "on"
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" { database_version = "POSTGRES_15" }"#,
        r#"resource "google_sql_database_instance" "x" {
  database_version = "SQLSERVER_2022_WEB"
  settings {
    database_flags {
      name  = "cross db ownership chaining"
      value = "off"
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::sql_flag_must_be(cloud, "SQLSERVER", "cross db ownership chaining", &["off"], found);
}
