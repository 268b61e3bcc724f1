//! Database is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0017",
    aliases: ["GCP-0017", "google-sql-no-public-access", "CKV_GCP_11", "CKV_GCP_60"],
    severity: High,
    title: "Database is public",
    remedy: "Remove the public address, or name the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration { ipv4_enabled = true }
  }
}"#,
        r#"resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration {
      authorized_networks { value = "192.0.2.0/24" }
      authorized_networks { value = "0.0.0.0/0" }
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration { ipv4_enabled = false }
  }
}"#,
        r#"variable "network" {}
resource "google_sql_database_instance" "x" {
  settings {
    ip_configuration {
      authorized_networks { value = var.network }
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["google_sql_database_instance"]) {
        let public = database.get("settings.ip_configuration.ipv4_enabled");
        if public.is_true() {
            public.fail(found, "has a public address");
        }
        for network in database.each("settings.ip_configuration.authorized_networks.value") {
            if network.text().is_some_and(|network| super::is_everywhere(&network)) {
                network.fail(found, "every address is authorized");
            }
        }
    }
}
