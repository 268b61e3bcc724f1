//! Project does not record who reads and writes.

use crate::check::{Found, check};
use crate::cloud::{Cloud, Resource};

check! {
    id: "BHD-GCP-0079",
    aliases: ["GCP-0079", "google-iam-configure-audit-logging"],
    severity: Low,
    title: "Project does not record who reads and writes",
    remedy: "Add an audit configuration for allServices with ADMIN_READ, DATA_READ and DATA_WRITE.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_project" "p" { project_id = "a" }
resource "google_project_iam_audit_config" "x" {
  project = "b"
  service = "allServices"
}"#,
        r#"resource "google_project_iam_audit_config" "x" {
  service = "allServices"
  audit_log_config { log_type = "DATA_READ" }
}"#,
    ],
    good: [
        r#"resource "google_project" "p" { project_id = "a" }
resource "google_project_iam_audit_config" "x" {
  project = google_project.p.project_id
  service = "allServices"
  dynamic "audit_log_config" {
    for_each = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"]
    content { log_type = audit_log_config.value }
  }
}"#,
        r#"resource "google_storage_bucket" "b" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const AUDIT: &[&str] = &["google_project_iam_audit_config"];
    for project in cloud.of(&["google_project"]) {
        let by_id = project.get("project_id");
        let mut configurations = cloud.of(AUDIT).filter(|audit| {
            let named = audit.get("project");
            named.refers_to(project) || (named.text().is_some() && named.text() == by_id.text()) || named.is_missing()
        });
        if !configurations.any(is_complete) {
            project.whole().fail(found, "has no complete audit configuration");
        }
    }
    if cloud.of(&["google_project"]).next().is_none() && !cloud.of(AUDIT).any(is_complete) {
        for audit in cloud.of(AUDIT) {
            audit.whole().fail(found, "leaves services or accesses out");
        }
    }
}

fn is_complete(audit: &Resource) -> bool {
    let types = audit.each("audit_log_config.log_type");
    let has = |kind: &str| types.iter().any(|listed| listed.is_text(kind) || listed.is_unknown());
    let service = audit.get("service");
    (service.is_text("allServices") || service.is_unknown()) && ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].into_iter().all(has)
}
