//! Dataset is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0046",
    aliases: ["GCP-0046", "google-bigquery-no-public-access", "CKV_GCP_15"],
    severity: Critical,
    title: "Dataset is public",
    remedy: "Name the users and groups that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_bigquery_dataset" "x" {
  access { special_group = "projectOwners" }
  access { special_group = "allAuthenticatedUsers" }
}"#,
        r#"resource "google_bigquery_dataset_iam_member" "x" { member = "allUsers" }"#,
    ],
    good: [
        r#"resource "google_bigquery_dataset" "x" {
  access { special_group = "projectReaders" }
}"#,
        r#"resource "google_bigquery_dataset_iam_member" "x" { member = "user:a@b.example" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for group in cloud.of(&["google_bigquery_dataset"]).flat_map(|dataset| dataset.each("access.special_group")) {
        if group.is_text("allAuthenticatedUsers") {
            group.fail(found, "everybody may use the dataset");
        }
    }
    let kinds = &["google_bigquery_dataset_iam_member", "google_bigquery_dataset_iam_binding"];
    super::must_not_be_for_everybody(cloud, kinds, found);
}
