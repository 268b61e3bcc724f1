//! Disk is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0034",
    aliases: ["GCP-0034", "google-compute-disk-encryption-customer-key", "CKV_GCP_37"],
    severity: Low,
    title: "Disk is not encrypted with a key of your own",
    remedy: "Set `disk_encryption_key.kms_key_self_link`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_disk" "x" {
  disk_encryption_key {}
}"#,
        r#"resource "google_compute_disk" "x" {
  disk_encryption_key {
    kms_key_self_link = ""
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_disk" "x" {
  disk_encryption_key {
    kms_key_self_link = "something"
  }
}"#,
        r#"variable "unknown" {}
resource "google_compute_disk" "x" {
  disk_encryption_key {
    kms_key_self_link = var.unknown
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["google_compute_disk"], "disk_encryption_key.kms_key_self_link", found);
}
