//! Project does not use OS Login.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0042",
    aliases: ["GCP-0042", "google-compute-project-level-oslogin", "CKV_GCP_33"],
    severity: Medium,
    title: "Project does not use OS Login",
    remedy: "Set `enable-oslogin` in the project's metadata to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_project_metadata" "x" {
  metadata {
    enable-oslogin = false
  }
}"#,
        r#"resource "google_compute_project_metadata" "x" {
  metadata {}
}"#,
    ],
    good: [
        r#"resource "google_compute_project_metadata" "x" {
  metadata {
    enable-oslogin = true
  }
}"#,
        r#"variable "on" { default = true }
resource "google_compute_project_metadata" "x" {
  metadata {
    enable-oslogin = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_compute_project_metadata"], "metadata.enable-oslogin", found);
    for item in cloud.of(&["google_compute_project_metadata_item"]).filter(|item| item.get("key").is_text("enable-oslogin")) {
        item.get("value").must_be_true("enable-oslogin", found);
    }
}
