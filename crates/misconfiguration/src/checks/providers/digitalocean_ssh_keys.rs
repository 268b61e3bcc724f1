//! Droplet has no SSH key, so it accepts a password.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0004",
    aliases: ["DIG-0004", "digitalocean-compute-use-ssh-keys", "CKV_DIO_2"],
    severity: High,
    title: "Droplet has no SSH key, so it accepts a password",
    remedy: "Set `ssh_keys`.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_droplet" "x" {}"#,
        r#"resource "digitalocean_droplet" "x" {
  ssh_keys = ""
}"#,
    ],
    good: [
        r#"resource "digitalocean_droplet" "x" {
  ssh_keys = "something"
}"#,
        r#"variable "unknown" {}
resource "digitalocean_droplet" "x" {
  ssh_keys = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["digitalocean_droplet"], "ssh_keys", found);
}
