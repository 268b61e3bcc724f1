//! Space keeps no versions.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0007",
    aliases: ["DIG-0007", "digitalocean-spaces-versioning-enabled", "CKV_DIO_1"],
    severity: Medium,
    title: "Space keeps no versions",
    remedy: "Set `versioning.enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_spaces_bucket" "x" {
  versioning {
    enabled = false
  }
}"#,
        r#"resource "digitalocean_spaces_bucket" "x" {
  versioning {}
}"#,
    ],
    good: [
        r#"resource "digitalocean_spaces_bucket" "x" {
  versioning {
    enabled = true
  }
}"#,
        r#"variable "on" { default = true }
resource "digitalocean_spaces_bucket" "x" {
  versioning {
    enabled = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["digitalocean_spaces_bucket"], "versioning.enabled", found);
}
