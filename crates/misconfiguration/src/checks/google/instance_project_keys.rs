//! Instance accepts the project's SSH keys.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0030",
    aliases: ["GCP-0030", "google-compute-no-project-wide-ssh-keys", "CKV_GCP_32"],
    severity: Medium,
    title: "Instance accepts the project's SSH keys",
    remedy: "Set `block-project-ssh-keys` in its metadata to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_compute_instance" "x" { metadata = { block-project-ssh-keys = false } }"#,
        r#"resource "google_compute_instance" "x" {}"#,
    ],
    good: [
        r#"resource "google_compute_instance" "x" { metadata = { block-project-ssh-keys = true } }"#,
        r#"resource "google_compute_instance" "x" { metadata = { "block-project-ssh-keys" = "TRUE" } }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["google_compute_instance"], "metadata.block-project-ssh-keys", found);
}
