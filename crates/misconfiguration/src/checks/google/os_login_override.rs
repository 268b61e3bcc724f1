//! Instance switches OS Login off.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0036",
    aliases: ["GCP-0036", "google-compute-no-oslogin-override", "CKV_GCP_34"],
    severity: Medium,
    title: "Instance switches OS Login off",
    remedy: "Remove `enable-oslogin` from its metadata.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  metadata {
    enable-oslogin = false
  }
}"#,
        r#"locals { off = false }
resource "google_compute_instance" "x" {
  metadata {
    enable-oslogin = local.off
  }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  metadata {
    enable-oslogin = true
  }
}"#,
        r#"resource "google_compute_instance" "x" {
  metadata {}
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_false(&["google_compute_instance"], "metadata.enable-oslogin", found);
}
