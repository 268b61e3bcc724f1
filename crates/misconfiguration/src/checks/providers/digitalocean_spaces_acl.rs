//! Space is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0006",
    aliases: ["DIG-0006", "digitalocean-spaces-acl-no-public-read", "CKV_DIO_3"],
    severity: Critical,
    title: "Space is public",
    remedy: "Set `acl` to private.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_spaces_bucket" "x" {
  acl = "public-read"
}"#,
        r#"locals { value = "public-read-write" }
resource "digitalocean_spaces_bucket_object" "x" {
  acl = local.value
}"#,
    ],
    good: [
        r#"resource "digitalocean_spaces_bucket" "x" {
  acl = "other"
}"#,
        r#"resource "digitalocean_spaces_bucket_object" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["digitalocean_spaces_bucket", "digitalocean_spaces_bucket_object"], "acl", &["public-read", "public-read-write"], found);
}
