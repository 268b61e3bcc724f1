//! Project has the default network.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0010",
    aliases: ["GCP-0010", "google-iam-no-default-network", "CKV_GCP_27"],
    severity: High,
    title: "Project has the default network",
    remedy: "Set `auto_create_network` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_project" "x" { auto_create_network = true }"#,
        r#"resource "google_project" "x" {}"#,
    ],
    good: [
        r#"resource "google_project" "x" { auto_create_network = false }"#,
        r#"variable "n" {}
resource "google_project" "x" { auto_create_network = var.n }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for network in cloud.of(&["google_project"]).map(|project| project.get("auto_create_network")) {
        if network.is_missing() || network.is_true() {
            network.fail(found, "the default network is made");
        }
    }
}
