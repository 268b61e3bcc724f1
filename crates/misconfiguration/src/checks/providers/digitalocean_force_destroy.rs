//! Space can be destroyed with what is in it.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0009",
    aliases: ["DIG-0009", "digitalocean-spaces-disable-force-destroy"],
    severity: Medium,
    title: "Space can be destroyed with what is in it",
    remedy: "Remove `force_destroy`.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_spaces_bucket" "x" {
  force_destroy = true
}"#,
        r#"locals { on = true }
resource "digitalocean_spaces_bucket" "x" {
  force_destroy = local.on
}"#,
    ],
    good: [
        r#"resource "digitalocean_spaces_bucket" "x" {
  force_destroy = false
}"#,
        r#"resource "digitalocean_spaces_bucket" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be_true(&["digitalocean_spaces_bucket"], "force_destroy", found);
}
