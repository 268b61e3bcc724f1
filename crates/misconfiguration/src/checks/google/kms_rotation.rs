//! Key is not rotated within 90 days.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-GCP-0065",
    aliases: ["GCP-0065", "google-kms-rotate-kms-keys", "CKV_GCP_43"],
    severity: High,
    title: "Key is not rotated within 90 days",
    remedy: "Set `rotation_period` to at most 7776000s.",
    rule: Cloud(find),
    bad: [
        r#"resource "google_kms_crypto_key" "x" { name = "x" }"#,
        r#"resource "google_kms_crypto_key" "x" { rotation_period = "7776001s" }"#,
    ],
    good: [
        r#"resource "google_kms_crypto_key" "x" { purpose = "ASYMMETRIC_SIGN" }"#,
        r#"resource "google_kms_crypto_key" "x" { rotation_period = "2592000s" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for key in cloud.of(&["google_kms_crypto_key"]) {
        let purpose = key.get("purpose");
        let period = key.get("rotation_period");
        let seconds = period.text().and_then(|text| text.trim_end_matches('s').parse::<f64>().ok());
        let is_long = period.is_missing() || seconds.is_some_and(|seconds| seconds > 7_776_000.0);
        if is_long && (purpose.is_missing() || purpose.is_text("ENCRYPT_DECRYPT")) {
            period.fail(found, "`rotation_period` is more than 90 days");
        }
    }
}
