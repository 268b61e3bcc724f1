//! Bucket is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0066",
    aliases: ["GCP-0066", "google-storage-bucket-encryption-customer-key"],
    severity: Low,
    title: "Bucket is not encrypted with a key of your own",
    remedy: "Set `encryption.default_kms_key_name`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_storage_bucket" "x" {
  encryption {}
}"#,
        r#"resource "google_storage_bucket" "x" {
  encryption {
    default_kms_key_name = ""
  }
}"#,
    ],
    good: [
        r#"resource "google_storage_bucket" "x" {
  encryption {
    default_kms_key_name = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "google_storage_bucket" "x" {
  encryption {
    default_kms_key_name = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["google_storage_bucket"], "encryption.default_kms_key_name", found);
}
