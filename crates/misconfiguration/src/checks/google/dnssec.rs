//! Zone is not signed.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0013",
    aliases: ["GCP-0013", "google-dns-enable-dnssec", "CKV_GCP_16"],
    severity: Medium,
    title: "Zone is not signed",
    remedy: "Set `dnssec_config.state` to on.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_dns_managed_zone" "x" { dns_name = "a.example." }"#,
        r#"resource "google_dns_managed_zone" "x" {
  visibility = "public"
  dnssec_config { state = "off" }
}"#,
    ],
    good: [
        r#"resource "google_dns_managed_zone" "x" { visibility = "private" }"#,
        r#"resource "google_dns_managed_zone" "x" {
  dnssec_config { state = "on" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for zone in cloud.of(&["google_dns_managed_zone"]).filter(|zone| !zone.get("visibility").is_text("private")) {
        zone.get("dnssec_config.state").must_be_one_of("dnssec_config.state", &["on", "transfer"], found);
    }
}
