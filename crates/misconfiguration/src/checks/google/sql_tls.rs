//! Database accepts unencrypted connections.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0015",
    aliases: ["GCP-0015", "google-sql-encrypt-in-transit-data", "CKV_GCP_6"],
    severity: High,
    title: "Database accepts unencrypted connections",
    remedy: "Set `ssl_mode` to ENCRYPTED_ONLY.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" {}"#,
        r#"resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration { ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration { require_ssl = true }
  }
}"#,
        r#"resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration { ssl_mode = "ENCRYPTED_ONLY" }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["google_sql_database_instance"]) {
        let mode = database.get("settings.ip_configuration.ssl_mode");
        let is_forced = mode.is_one_of(&["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"]) || mode.is_unknown();
        if !is_forced {
            database.get("settings.ip_configuration.require_ssl").must_be_true("require_ssl", found);
        }
    }
}
