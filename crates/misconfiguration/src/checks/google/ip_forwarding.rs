//! Instance forwards packets of others.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0043",
    aliases: ["GCP-0043", "google-compute-no-ip-forwarding", "CKV_GCP_36"],
    severity: High,
    title: "Instance forwards packets of others",
    remedy: "Set `can_ip_forward` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  can_ip_forward = true
}"#,
        r#"locals { on = true }
resource "google_compute_instance" "x" {
  can_ip_forward = local.on
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  can_ip_forward = false
}"#,
        r#"resource "google_compute_instance" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["google_compute_instance"], "can_ip_forward", found);
}
