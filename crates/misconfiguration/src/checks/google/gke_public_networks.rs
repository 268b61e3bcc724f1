//! Control plane of GKE answers every address.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0053",
    aliases: ["GCP-0053", "google-gke-no-public-control-plane", "CKV_GCP_18"],
    severity: High,
    title: "Control plane of GKE answers every address",
    remedy: "Set the networks of `master_authorized_networks_config`.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {
  master_authorized_networks_config {
    cidr_blocks { cidr_block = "10.0.0.0/8" }
    cidr_blocks { cidr_block = "0.0.0.0/0" }
  }
}"#,
        r#"resource "google_container_cluster" "x" {
  master_authorized_networks_config {
    dynamic "cidr_blocks" {
      for_each = ["::/0"]
      content { cidr_block = cidr_blocks.value }
    }
  }
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  master_authorized_networks_config {}
}"#,
        r#"variable "networks" {}
resource "google_container_cluster" "x" {
  master_authorized_networks_config {
    dynamic "cidr_blocks" {
      for_each = var.networks
      content { cidr_block = cidr_blocks.value }
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let path = "master_authorized_networks_config.cidr_blocks.cidr_block";
    for network in cloud.of(&["google_container_cluster"]).flat_map(|cluster| cluster.each(path)) {
        if network.text().is_some_and(|network| super::is_everywhere(&network)) {
            network.fail(found, "every address is authorized");
        }
    }
}
