//! TLS policy accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0039",
    aliases: ["GCP-0039", "google-compute-use-secure-tls-policy", "CKV_GCP_4"],
    severity: Critical,
    title: "TLS policy accepts outdated TLS",
    remedy: "Set `min_tls_version` to TLS_1_2.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_ssl_policy" "x" {
  min_tls_version = "other"
}"#,
        r#"resource "google_compute_ssl_policy" "x" {}"#,
    ],
    good: [
        r#"resource "google_compute_ssl_policy" "x" {
  min_tls_version = "TLS_1_2"
}"#,
        r#"variable "unknown" {}
resource "google_compute_ssl_policy" "x" {
  min_tls_version = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["google_compute_ssl_policy"], "min_tls_version", &["TLS_1_2", "TLS_1_3"], found);
}
