//! Bucket writes no access log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0077",
    aliases: ["GCP-0077", "google-compute-enable-bucket-logging", "CKV_GCP_62"],
    severity: Medium,
    title: "Bucket writes no access log",
    remedy: "Set `logging.log_bucket`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_storage_bucket" "x" {
  logging {}
}"#,
        r#"resource "google_storage_bucket" "x" {
  logging {
    log_bucket = ""
  }
}"#,
    ],
    good: [
        r#"resource "google_storage_bucket" "x" {
  logging {
    log_bucket = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "google_storage_bucket" "x" {
  logging {
    log_bucket = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["google_storage_bucket"], "logging.log_bucket", found);
}
