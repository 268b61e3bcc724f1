//! Instance runs as the default service account.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0044",
    aliases: ["GCP-0044", "google-compute-no-default-service-account", "CKV_GCP_30"],
    severity: Critical,
    title: "Instance runs as the default service account",
    remedy: "Give it a service account of its own.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  service_account { email = "1234-compute@developer.gserviceaccount.com" }
}"#,
        r#"data "google_compute_default_service_account" "d" {}
resource "google_compute_instance" "x" {
  service_account { email = data.google_compute_default_service_account.d.email }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  service_account { email = "app@p.iam.gserviceaccount.com" }
}"#,
        r#"resource "google_service_account" "a" {}
resource "google_compute_instance" "x" {
  service_account { email = google_service_account.a.email }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for mail in cloud.of(&["google_compute_instance"]).flat_map(|instance| instance.each("service_account.email")) {
        if mail.text().is_some_and(|mail| mail.ends_with("-compute@developer.gserviceaccount.com"))
            || mail.refers_to_kind("google_compute_default_service_account")
        {
            mail.fail(found, "is the default service account");
        }
    }
}
