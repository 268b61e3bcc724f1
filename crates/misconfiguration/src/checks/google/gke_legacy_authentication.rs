//! Control plane of GKE accepts passwords or client certificates.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0064",
    aliases: ["GCP-0064", "google-gke-no-legacy-authentication", "CKV_GCP_13", "CKV_GCP_19"],
    severity: High,
    title: "Control plane of GKE accepts passwords or client certificates",
    remedy: "Remove `master_auth`, or set `issue_client_certificate` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_container_cluster" "x" {
  master_auth {
    username = "admin"
    password = "x"
  }
}"#,
        r#"resource "google_container_cluster" "x" {
  master_auth {
    client_certificate_config { issue_client_certificate = "true" }
  }
}"#,
    ],
    good: [
        r#"resource "google_container_cluster" "x" {
  master_auth {
    username = ""
    client_certificate_config { issue_client_certificate = false }
  }
}"#,
        r#"resource "google_container_cluster" "x" { name = "x" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["google_container_cluster"]) {
        let certificate = cluster.get("master_auth.client_certificate_config.issue_client_certificate");
        if certificate.is_true() {
            certificate.fail(found, "issues client certificates");
        }
        let user = cluster.get("master_auth.username");
        if !user.is_missing() {
            user.fail(found, "accepts a password");
        }
    }
}
