//! Record that proved a zone is still there.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0007",
    aliases: ["NIF-0007", "nifcloud-dns-remove-verified-record"],
    severity: Critical,
    title: "Record that proved a zone is still there",
    remedy: "Remove the record once the zone is verified.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_dns_record" "x" {
  type   = "TXT"
  record = "nifty-dns-verify=1"
}"#,
        r#"variable "code" {}
resource "nifcloud_dns_record" "x" {
  type   = "TXT"
  record = "nifty-dns-verify=${var.code}"
}"#,
    ],
    good: [
        r#"resource "nifcloud_dns_record" "x" {
  type   = "TXT"
  record = "v=spf1 -all"
}"#,
        r#"resource "nifcloud_dns_record" "x" {
  type   = "A"
  record = "192.0.2.1"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for record in cloud.of(&["nifcloud_dns_record"]).filter(|record| record.get("type").is_text("TXT")) {
        let value = record.get("record");
        if value.partial_text().is_some_and(|text| text.starts_with("nifty-dns-verify=")) {
            value.fail(found, "proves a zone");
        }
    }
}
