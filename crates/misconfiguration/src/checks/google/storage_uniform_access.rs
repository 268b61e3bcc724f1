//! Bucket has ACLs beside IAM.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0002",
    aliases: ["GCP-0002", "google-storage-enable-ubla", "CKV_GCP_29"],
    severity: Medium,
    title: "Bucket has ACLs beside IAM",
    remedy: "Set `uniform_bucket_level_access` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_storage_bucket" "x" {
  uniform_bucket_level_access = false
}"#,
        r#"resource "google_storage_bucket" "x" {}"#,
    ],
    good: [
        r#"resource "google_storage_bucket" "x" {
  uniform_bucket_level_access = true
}"#,
        r#"variable "on" { default = true }
resource "google_storage_bucket" "x" {
  uniform_bucket_level_access = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_storage_bucket"], "uniform_bucket_level_access", found);
}
