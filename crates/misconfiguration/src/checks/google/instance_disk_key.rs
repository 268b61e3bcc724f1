//! Boot disk is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0033",
    aliases: ["GCP-0033", "google-compute-vm-disk-encryption-customer-key", "CKV_GCP_38"],
    severity: Low,
    title: "Boot disk is not encrypted with a key of your own",
    remedy: "Set `kms_key_self_link`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" {
  boot_disk {}
}"#,
        r#"resource "google_compute_instance" "x" {
  boot_disk { kms_key_self_link = "" }
}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" {
  boot_disk { kms_key_self_link = "projects/a" }
}"#,
        r#"resource "google_kms_crypto_key" "k" {}
resource "google_compute_instance" "x" {
  boot_disk { kms_key_self_link = google_kms_crypto_key.k.id }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for disk in cloud.of(&["google_compute_instance"]).flat_map(|instance| instance.get("boot_disk").items()) {
        let raw = disk.get("disk_encryption_key_raw");
        if disk.get("kms_key_self_link").is_missing() && raw.is_missing() {
            disk.get("kms_key_self_link").fail(found, "names no key");
        }
    }
}
