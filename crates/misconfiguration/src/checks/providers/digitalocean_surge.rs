//! Upgrades of the cluster take nodes away.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0005",
    aliases: ["DIG-0005", "digitalocean-compute-surge-upgrades-not-enabled"],
    severity: Medium,
    title: "Upgrades of the cluster take nodes away",
    remedy: "Set `surge_upgrade` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_kubernetes_cluster" "x" {
  surge_upgrade = false
}"#,
        r#"resource "digitalocean_kubernetes_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "digitalocean_kubernetes_cluster" "x" {
  surge_upgrade = true
}"#,
        r#"variable "on" { default = true }
resource "digitalocean_kubernetes_cluster" "x" {
  surge_upgrade = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["digitalocean_kubernetes_cluster"], "surge_upgrade", found);
}
