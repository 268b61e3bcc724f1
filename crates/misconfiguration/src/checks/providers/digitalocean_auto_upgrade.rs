//! Cluster is not upgraded.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0008",
    aliases: ["DIG-0008", "digitalocean-compute-kubernetes-auto-upgrades-not-enabled"],
    severity: Critical,
    title: "Cluster is not upgraded",
    remedy: "Set `auto_upgrade` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_kubernetes_cluster" "x" {
  auto_upgrade = false
}"#,
        r#"resource "digitalocean_kubernetes_cluster" "x" {}"#,
    ],
    good: [
        r#"resource "digitalocean_kubernetes_cluster" "x" {
  auto_upgrade = true
}"#,
        r#"variable "on" { default = true }
resource "digitalocean_kubernetes_cluster" "x" {
  auto_upgrade = var.on
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["digitalocean_kubernetes_cluster"], "auto_upgrade", found);
}
