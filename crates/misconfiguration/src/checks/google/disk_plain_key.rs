//! Key of a disk stands in the configuration.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0037",
    aliases: ["GCP-0037", "google-compute-disk-encryption-no-plaintext-key"],
    severity: Critical,
    title: "Key of a disk stands in the configuration",
    remedy: "Use a key of the key management service.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_disk" "x" {
  disk_encryption_key { raw_key = "c2VjcmV0" }
}"#,
        r#"resource "google_compute_instance" "x" {
  attached_disk { source = "a" }
  attached_disk { disk_encryption_key_raw = "c2VjcmV0" }
}"#,
    ],
    good: [
        r#"variable "key" {}
resource "google_compute_disk" "x" {
  disk_encryption_key { raw_key = var.key }
}"#,
        r#"resource "google_compute_instance" "x" {
  boot_disk { kms_key_self_link = "projects/x" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let of_disks = cloud.of(&["google_compute_disk"]).map(|disk| disk.get("disk_encryption_key.raw_key"));
    let of_instances = cloud.of(&["google_compute_instance", "google_compute_instance_template"]).flat_map(|instance| {
        let paths = ["boot_disk.disk_encryption_key_raw", "attached_disk.disk_encryption_key_raw", "disk.disk_encryption_key.raw_key"];
        paths.into_iter().flat_map(|path| instance.each(path))
    });
    for key in of_disks.chain(of_instances) {
        if key.text().is_some_and(|text| !text.is_empty()) {
            key.fail(found, "the key is in plain text");
        }
    }
}
